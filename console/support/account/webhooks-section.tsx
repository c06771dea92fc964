import { useMemo } from 'preact/hooks';
import type { WebhookDelivery, WebhookEndpoint } from '../../../client/http/wire-types.ts';
import { useList } from '../../shared/data/use-list.ts';
import { usePageParts } from '../../shared/data/page-context.ts';
import { wordsOf } from '../../shared/data/problem-words.ts';
import { Button } from '../../shared/parts/button.tsx';
import { Instant } from '../../shared/parts/instant.tsx';
import { Empty } from '../../shared/parts/notice.tsx';
import { Section } from '../../shared/parts/shell.tsx';
import { Badge, sentenceOf, type Tone } from '../../shared/parts/state-badge.tsx';
import { ListFrame, Table, type Column } from '../../shared/parts/table.tsx';
import { say } from '../../shared/parts/toasts.tsx';

/** Where the account's events are sent, and what became of each delivery. */
export function WebhooksSection() {
  const { client } = usePageParts();
  const endpoints = useList<WebhookEndpoint>(
    'webhooks',
    (cursor, signal) => client.webhookEndpoints.list({ signal }).page(cursor),
    { nameOf: ({ id }) => id },
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
                  <Deliveries endpointId={endpoint.id} />
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

const TONES: Readonly<Record<WebhookDelivery['state'], Tone>> = {
  pending: 'active',
  delivered: 'good',
  failed: 'bad',
};

function Deliveries({ endpointId }: { readonly endpointId: string }) {
  const { client } = usePageParts();
  const deliveries = useList<WebhookDelivery>(
    `deliveries ${endpointId}`,
    (cursor, signal) =>
      client.webhookEndpoints.deliveries(endpointId, { limit: 10 }, { signal }).page(cursor),
    { nameOf: ({ id }) => id },
  );
  const { replace } = deliveries;
  const columns = useMemo(() => {
    const resend = (id: string) => {
      client.webhookEndpoints.resend(endpointId, id).then(
        (sent) => {
          replace(sent);
          say('It is sent again.');
        },
        (error: unknown) => say(wordsOf(error).detail, 'bad'),
      );
    };
    return [...COLUMNS, resendColumn(resend)];
  }, [client, endpointId, replace]);
  return (
    <ListFrame of={deliveries} label="Deliveries" empty={<Empty title="Nothing was sent to it yet" />}>
      {(rows, hasMore) => (
        <Table
          label={`Deliveries to ${endpointId}`}
          rows={rows}
          nameOf={({ id }) => id}
          columns={columns}
          hasMore={hasMore}
        />
      )}
    </ListFrame>
  );
}

const COLUMNS: readonly Column<WebhookDelivery>[] = [
  { name: 'Event', cell: ({ type }) => type },
  { name: 'State', cell: ({ state }) => <Badge tone={TONES[state]}>{sentenceOf(state)}</Badge> },
  { name: 'Response', cell: ({ status, error }) => status ?? error ?? '–' },
  { name: 'Tries', isNumber: true, cell: ({ attempts }) => attempts },
  { name: 'When', cell: (delivery) => <Instant at={delivery.created_at} /> },
];

function resendColumn(resend: (id: string) => void): Column<WebhookDelivery> {
  return {
    name: 'Act',
    cell: ({ id, type }) => (
      <Button isSmall look="quiet" label={`Send ${type} again`} onClick={() => resend(id)}>
        Send again
      </Button>
    ),
  };
}
