import type { Call } from '../../contract/call.ts';
import type { Parameter } from './document-types.ts';

/** Request headers, by the names that calls give them. Examples stand in the schemas: the viewer sends a parameter's own example along. */
export const HEADER_PARAMETERS = {
  'Idempotency-Key': {
    description:
      'A new value for each request, the same value for a retry of it: the first response is given again, and nothing is done twice. 1 to 255 printable ASCII characters.',
    schema: {
      type: 'string',
      minLength: 1,
      maxLength: 255,
      pattern: '^[\\x20-\\x7e]*[\\x21-\\x7e][\\x20-\\x7e]*$',
      examples: ['order-1017'],
    },
  },
  'Holdfast-Account': {
    description:
      'The account that a platform key acts for. With an account key it may be left out, or must name the key’s own account.',
    schema: { type: 'string', pattern: '^acct_[a-z0-9]+$', examples: ['acct_01h455vb4pex5vsknk084sn02q'] },
  },
  'Holdfast-Actor': {
    description: 'The person behind a platform key, for the record of what operators did.',
    schema: { type: 'string', maxLength: 200, examples: ['Ada Lovelace'] },
  },
  'Holdfast-CSRF': {
    description: 'With the cookie of a console session: its `csrf_token`.',
    schema: { type: 'string', maxLength: 200, examples: ['q2PvRGqg3n5lJ0yRzT0s4mJxjz0mW8c4nq6yV1d2e3f'] },
  },
  'If-None-Match': {
    description: 'The ETag of a response that the caller has: 304 when nothing shown has changed since.',
    schema: { type: 'string', examples: ['W/"Zk3sG1n5y8Qm2tXc0aLw9A"'] },
  },
  Prefer: {
    description: '`wait=N`: wait up to N seconds for the end of the job, 55 at most.',
    schema: { type: 'string', maxLength: 200, examples: ['wait=30'] },
  },
  'Last-Event-ID': {
    description:
      'Of a stream: the `id` of the last event that was read. The stream goes on after it; empty: from the first.',
    schema: { type: 'string', pattern: '^\\d{0,20}$', examples: ['3'] },
  },
  Range: {
    description: 'One range of bytes (RFC 9110, 14.2). What is no such range is ignored: the whole is sent.',
    schema: { type: 'string', examples: ['bytes=0-1023'] },
  },
  'If-Range': {
    description: 'The ETag that the range belongs to. Of any other version the whole file is sent.',
    schema: {
      type: 'string',
      examples: ['"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"'],
    },
  },
} as const satisfies Readonly<Record<string, Omit<Parameter, 'name' | 'in' | 'required'>>>;
export type HeaderParameter = keyof typeof HEADER_PARAMETERS;

/** The headers that a call reads, and whether it needs each. */
export function headersOf(
  call: Call,
): readonly { readonly name: HeaderParameter; readonly required: boolean }[] {
  const acts = call.method !== 'get';
  return [
    ...(call.idempotencyKey === undefined
      ? []
      : [{ name: 'Idempotency-Key' as const, required: call.idempotencyKey === 'required' }]),
    ...(call.access === 'public' ? [] : [{ name: 'Holdfast-Account' as const, required: false }]),
    // A console session has an actor of its own.
    ...(call.access === 'key' && acts && call.console === undefined
      ? [{ name: 'Holdfast-Actor' as const, required: false }]
      : []),
    ...(call.console === 'needs' && acts ? [{ name: 'Holdfast-CSRF' as const, required: true }] : []),
    ...(call.isTagged === true ? [{ name: 'If-None-Match' as const, required: false }] : []),
    ...(call.headers ?? []).map((name) => ({ name, required: false })),
  ];
}

/** What the parameter of a path names, by the step before it. A path with a new one needs a line here. */
const PATH_PARAMETERS: Readonly<Record<string, Pick<Parameter, 'description' | 'schema'>>> = {
  jobs: idOf('job', 'The job.'),
  outputs: idOf('out', 'The output.'),
  reviews: idOf('rev', 'The review.'),
  accounts: idOf('acct', 'The account.'),
  grants: idOf('grant', 'The grant.'),
  keys: idOf('key', 'The key.'),
  portal_sessions: idOf('portal', 'The portal session.'),
  references: {
    description: 'The number of the picture in the brief, from 1.',
    schema: { type: 'string', pattern: '^[1-9][0-9]{0,3}$', examples: ['1'] },
  },
  webhook_endpoints: idOf('we', 'The webhook endpoint.'),
  deliveries: idOf('dlv', 'The delivery.'),
  docs: { description: 'The name of the file.', schema: { type: 'string', examples: ['swagger-ui.css'] } },
  portal: {
    description: 'The name of the file.',
    schema: { type: 'string', examples: ['holdfast-credits.js'] },
  },
  console: {
    description: 'The name of the file.',
    schema: { type: 'string', examples: ['support-1A2B3C4D.js'] },
  },
  problems: {
    description: 'The `code` of a problem.',
    schema: { type: 'string', examples: ['price_changed'] },
  },
  provider_webhooks: {
    description: 'The model service, by its name in the catalogue.',
    schema: { type: 'string', examples: ['fal'] },
  },
  ':provider': {
    description: 'What the address of one attempt ends with, as the service was given it.',
    schema: { type: 'string', examples: ['att_9f86d081884c7d659a2feaa0c5.c5ad015a3bf4f1b2b0b822cd15d6c15b'] },
  },
};

function idOf(prefix: string, description: string) {
  return {
    description,
    schema: {
      type: 'string',
      pattern: `^${prefix}_[a-z0-9_]{1,64}$`,
      examples: [`${prefix}_01h455vb4pex5vsknk084sn02q`],
    },
  };
}

/** Throws TypeError for a parameter that nothing here describes. */
export function pathParametersOf(path: string): readonly Parameter[] {
  const steps = path.split('/');
  return steps.flatMap((step, at) => {
    if (!step.startsWith(':')) return [];
    const described = PATH_PARAMETERS[steps[at - 1] ?? ''];
    if (described === undefined) throw new TypeError(`${path}: PATH_PARAMETERS does not describe ${step}`);
    return { name: step.slice(1), in: 'path' as const, required: true, ...described };
  });
}
