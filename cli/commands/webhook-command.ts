import type { WebhookDelivery, WebhookEndpoint } from '../../contract/shapes/webhook-shapes.ts';
import type { EventType } from '../../domain/event-types.ts';
import type { CommandContext } from '../command-context.ts';
import { connectOperatorApi, withClient } from '../operator-api.ts';
import { isDryRun, type DryRunOptions } from '../dry-run.ts';
import { fields, second, secondOrDash, show, shown } from '../show/show.ts';
import { formatRecords } from '../show/terminal.ts';
import { counted } from '../../domain/texts/counted.ts';

export type UpdateOptions = {
  readonly url?: string;
  readonly event?: readonly EventType[];
  readonly enable?: boolean;
  readonly disable?: boolean;
};

type Json = { readonly json: boolean };
type WithSecret = WebhookEndpoint & { readonly secret: string };

const PATH = '/v1/webhook_endpoints';

/** `holdfast webhook create`. */
export async function createWebhookCommand(
  context: CommandContext,
  account: string,
  { url, event, ...options }: Json & { readonly url: string; readonly event: readonly EventType[] },
): Promise<void> {
  const api = await connectOperatorApi(context);
  const { body } = await api.json<WithSecret>(PATH, {
    account,
    method: 'POST',
    body: { url, events: event },
  });
  show(body, options, () => linesOf(body, body.secret));
}

/** `holdfast webhook list`. */
export async function listWebhooksCommand(
  context: CommandContext,
  account: string,
  options: Json,
): Promise<void> {
  const api = await connectOperatorApi(context);
  const { body } = await api.json<{ readonly data: readonly WebhookEndpoint[] }>(PATH, { account });
  const none = 'There is none.';
  show({ data: body.data }, options, () => body.data.map((one) => linesOf(one)).join('\n\n') || none);
}

/** `holdfast webhook update`. */
export async function updateWebhookCommand(
  context: CommandContext,
  account: string,
  id: string,
  { url, event, enable, disable, ...options }: Json & UpdateOptions,
): Promise<void> {
  const api = await connectOperatorApi(context);
  const change = {
    ...(url === undefined ? {} : { url }),
    ...(event === undefined ? {} : { events: event }),
    ...(enable === true ? { enabled: true } : {}),
    ...(disable === true ? { enabled: false } : {}),
  };
  const { body } = await api.json<WebhookEndpoint>(`${PATH}/${id}`, {
    account,
    method: 'PATCH',
    body: change,
  });
  show(body, options, () => linesOf(body));
}

/** `holdfast webhook delete`. */
export async function deleteWebhookCommand(
  context: CommandContext,
  account: string,
  id: string,
  options: Json,
): Promise<void> {
  const api = await connectOperatorApi(context);
  await api.open(`${PATH}/${id}`, { account, method: 'DELETE' });
  show({ id, deleted: true }, options, () => `${id} is deleted.`);
}

/** `holdfast webhook rotate`. */
export async function rotateWebhookCommand(
  context: CommandContext,
  account: string,
  id: string,
  { grace, ...options }: Json & { readonly grace?: number },
): Promise<void> {
  const api = await connectOperatorApi(context);
  const asked = grace === undefined ? {} : { grace_seconds: grace };
  const { body } = await api.json<WithSecret>(`${PATH}/${id}/rotate`, {
    account,
    method: 'POST',
    body: asked,
  });
  show(body, options, () => linesOf(body, body.secret));
}

/** `holdfast webhook deliveries`. */
export async function webhookDeliveriesCommand(
  context: CommandContext,
  account: string,
  id: string,
  { state, ...options }: Json & { readonly state?: string },
): Promise<void> {
  const api = await connectOperatorApi(context);
  const query = state === undefined ? '' : `?state=${state}`;
  const { body } = await api.json<{ readonly data: readonly WebhookDelivery[] }>(
    `${PATH}/${id}/deliveries${query}`,
    { account },
  );
  show({ data: body.data }, options, () =>
    formatRecords(
      ['sequence', 'state', 'attempts', 'status', 'last', 'next'],
      body.data.map((one) => ({
        cells: [
          String(one.sequence),
          one.state,
          shown(one.attempts),
          one.status === null ? (one.error ?? shown(null)) : String(one.status),
          secondOrDash(one.last_attempt_at),
          secondOrDash(one.next_attempt_at),
        ],
        below: [`${one.type}  ${one.id}`],
      })),
    ),
  );
}

export type ResendOptions = DryRunOptions & {
  readonly delivery?: string;
  readonly since?: string;
  readonly reason?: string;
};

/** `holdfast webhook resend`. */
export async function resendWebhooksCommand(
  context: CommandContext,
  account: string,
  id: string,
  { delivery, since = '', reason, ...options }: ResendOptions,
): Promise<void> {
  const asked = { since, reason };
  const isShown = await isDryRun(context, options, ({ webhookEndpoints }) =>
    delivery === undefined
      ? webhookEndpoints.previewResendSince(id, asked, { account })
      : webhookEndpoints.previewResend(id, delivery, { account }),
  );
  if (isShown) return;
  await withClient(context, async ({ webhookEndpoints }) => {
    if (delivery !== undefined) {
      const sent = await webhookEndpoints.resend(id, delivery, { account, reason });
      show(sent, options, () => `${sent.id} is sent again.`);
      return;
    }
    const sent = await webhookEndpoints.resendSince(id, asked, { account });
    const upTo = sent.last_sequence === null ? '' : `, up to ${String(sent.last_sequence)}`;
    show(
      sent,
      options,
      () => `${counted(sent.resent, 'event')} ${sent.resent === 1 ? 'is' : 'are'} sent again${upTo}.`,
    );
  });
}

function linesOf(endpoint: WebhookEndpoint, secret: string | null = null): string {
  const { enabled, disabled_reason: reason, disabled_at: at } = endpoint;
  const state = enabled ? 'enabled' : `disabled (${reason ?? ''}) since ${at === null ? '' : second(at)}`;
  return fields([
    ['Endpoint', endpoint.id],
    ['Address', endpoint.url],
    ['Events', endpoint.events.join(' ')],
    ['State', state],
    ...(endpoint.failing_since === null ? [] : [['Failing since', second(endpoint.failing_since)] as const]),
    ...(secret === null ? [] : [['Secret', secret] as const]),
  ]);
}
