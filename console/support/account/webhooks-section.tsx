import { useMemo, useState } from 'preact/hooks';
import type { WebhookDelivery, WebhookEndpoint } from '../../../client/http/wire-types.ts';
import { useList } from '../../shared/data/use-list.ts';
import { usePageParts } from '../../shared/data/page-context.ts';
import { Instant } from '../../shared/parts/instant.tsx';
import { Empty } from '../../shared/parts/notice.tsx';
import { Section } from '../../shared/parts/shell.tsx';
import { Badge, sentenceOf, type Tone } from '../../shared/parts/state-badge.tsx';
import { ListFrame, type Column } from '../../shared/parts/table.tsx';
import { Facts } from '../../shared/parts/facts.tsx';
import { GivenText } from '../../shared/parts/given-text.tsx';
import { actColumn } from '../act/act-column.tsx';
import { ActDialog, type ActDialogProps } from '../act/act-dialog.tsx';
import { IdText } from '../id-text.tsx';
import { ListTable } from '../list-table.tsx';

/** Deliveries are tried, and endpoints fail, while the page is viewed. */
const EVERY_MS = 10_000;

/** The account's webhook endpoints and the state of each delivery. */
export function WebhooksSection({ onTold }: { readonly onTold: () => void }) {
  const { client } = usePageParts();
  const endpoints = useList<WebhookEndpoint>(
    'webhooks',
    (cursor, signal) => client.webhookEndpoints.list({ signal }).page(cursor),
    { nameOf: ({ id }) => id, everyMs: EVERY_MS },
  );
  return (
    <Section title="Webhooks">
      <ListFrame of={endpoints} label="Webhooks" empty={<Empty title="No webhook endpoints" />}>
        {(rows) => (
          <>
            {rows.map((endpoint) => (
              <details key={endpoint.id} class="card output-record">
                <summary class="output-summary">
                  {healthBadge(endpoint)}
                  <bdi class="mono small output-id cut">{endpoint.url}</bdi>
                </summary>
                <div class="stack">
                  {disabledText(endpoint)}
                  <Deliveries endpointId={endpoint.id} onTold={onTold} />
                </div>
              </details>
            ))}
          </>
        )}
      </ListFrame>
    </Section>
  );
}

function healthBadge({ enabled, failing_since: since }: WebhookEndpoint) {
  if (!enabled) return <Badge tone="neutral">Disabled</Badge>;
  return since === null ? <Badge tone="good">Works</Badge> : <Badge tone="bad">Failing</Badge>;
}

const WHY_DISABLED = {
  asked: 'by request',
  gone: 'since it answered 410: gone',
  failing: 'after five days without a success',
} as const;

/** Why and since when an endpoint is disabled; null: it is enabled. */
function disabledText({ disabled_reason: why, disabled_at: at }: WebhookEndpoint) {
  if (why === null || at === null) return null;
  return (
    <p class="muted small">
      Disabled {WHY_DISABLED[why]}, <Instant at={at} as="exact" />.
    </p>
  );
}

const TONES: Readonly<Record<WebhookDelivery['state'], Tone>> = {
  pending: 'active',
  delivered: 'good',
  failed: 'bad',
};

function Deliveries(props: { readonly endpointId: string; readonly onTold: () => void }) {
  const { client } = usePageParts();
  const { endpointId, onTold } = props;
  const [opened, setOpened] = useState<WebhookDelivery | null>(null);
  const deliveries = useList<WebhookDelivery>(
    `deliveries ${endpointId}`,
    (cursor, signal) =>
      client.webhookEndpoints.deliveries(endpointId, { limit: 10 }, { signal }).page(cursor),
    { nameOf: ({ id }) => id, everyMs: EVERY_MS },
  );
  const columns = useMemo(() => [...COLUMNS, resendColumn(setOpened)], []);
  return (
    <>
      <ListTable
        of={deliveries}
        label="Deliveries"
        tableLabel={`Deliveries to ${endpointId}`}
        empty="Nothing was sent to it yet"
        columns={columns}
      />
      {opened !== null && (
        <ResendDialog
          endpointId={endpointId}
          of={opened}
          onClose={() => setOpened(null)}
          onTold={() => {
            deliveries.reload();
            onTold();
          }}
        />
      )}
    </>
  );
}

function ResendDialog(props: ActDialogProps<WebhookDelivery> & { readonly endpointId: string }) {
  const { client } = usePageParts();
  const { endpointId, of: delivery, ...rest } = props;
  const { webhookEndpoints: endpoints } = client;
  return (
    <ActDialog
      of={{
        title: `Send ${delivery.type} again`,
        verb: 'Send again',
        asked: delivery.id,
        preview: (signal) => endpoints.previewResend(endpointId, delivery.id, { signal }),
        act: (reason, { asOf }) => endpoints.resend(endpointId, delivery.id, { reason, asOf }),
        resultOf: ({ state }) => <p>It is sent again: the delivery is {state} now.</p>,
      }}
      {...rest}
    >
      <Facts
        of={[
          { name: 'Event', value: <IdText id={delivery.event_id} /> },
          { name: 'Last response', value: delivery.status ?? delivery.error ?? 'None yet' },
          delivery.response_body !== null &&
            delivery.response_body !== '' && {
              name: 'It said',
              value: <GivenText text={delivery.response_body} />,
            },
        ]}
      />
    </ActDialog>
  );
}

const COLUMNS: readonly Column<WebhookDelivery>[] = [
  { name: 'Event', cell: ({ type }) => type },
  { name: 'State', cell: ({ state }) => <Badge tone={TONES[state]}>{sentenceOf(state)}</Badge> },
  { name: 'Response', cell: ({ status, error }) => status ?? error ?? '–' },
  { name: 'Tries', isNumber: true, cell: ({ attempts }) => attempts },
  { name: 'When', cell: (delivery) => <Instant at={delivery.created_at} /> },
];

const resendColumn = (open: (delivery: WebhookDelivery) => void) =>
  actColumn('Send again', { open, labelOf: ({ type }: WebhookDelivery) => `Send ${type} again` });
