import { jsonShapeOf, type Call } from '../../contract/call.ts';
import { job } from '../../contract/shapes/job-shapes.ts';
import type { Header } from './document-types.ts';

const TEXT = { type: 'string' } as const;
const SECONDS = { type: 'integer', minimum: 0 } as const;

/** Response headers, by their names. */
const RESPONSE_HEADERS = {
  'Request-Id': { description: 'The id of this request: quote it to support.', schema: TEXT },
  'Retry-After': { description: 'In how many seconds to ask again.', schema: SECONDS },
  RateLimit: {
    description:
      'Of each limit that this request counts in: how many requests are left (`r`), and in how many seconds it is whole again (`t`). Of a 429: the limit that was reached, and when to come again.',
    schema: TEXT,
  },
  'RateLimit-Policy': {
    description: 'How much each of these limits allows (`q`), in how many seconds (`w`).',
    schema: TEXT,
  },
  'WWW-Authenticate': { description: 'The scheme of the keys: Bearer.', schema: TEXT },
  ETag: { description: 'The tag of what is shown, for If-None-Match.', schema: TEXT },
  Location: { description: 'The path of what was made.', schema: TEXT },
  'Idempotent-Replayed': {
    description: '`true`: an earlier request under this key brought the response about.',
    schema: { type: 'string', enum: ['true'] },
  },
  'Preference-Applied': { description: 'How long the response was willing to wait: `wait=N`.', schema: TEXT },
  'Content-Range': { description: 'Which bytes of how many these are.', schema: TEXT },
  'Content-Disposition': { description: 'The name that a download gets.', schema: TEXT },
  'Set-Cookie': { description: 'The cookie of the console session, or its end.', schema: TEXT },
} as const satisfies Readonly<Record<string, Header>>;
type ResponseHeader = keyof typeof RESPONSE_HEADERS;

/** A header that a response of a call has; not always, unless it is required. */
type HeaderOfResponse = { readonly name: ResponseHeader; readonly required: boolean };

/** A refusal by admission is an answer, which is stored under the key and given again. */
const STORED_REFUSALS: ReadonlySet<number> = new Set([400, 402, 403, 404, 409, 429]);

type Presence = 'always' | 'sometimes' | 'never';
const alwaysIf = (isThere: boolean): Presence => (isThere ? 'always' : 'never');
const sometimesIf = (isThere: boolean): Presence => (isThere ? 'sometimes' : 'never');

const isSuccess = (status: number): boolean => status < 300;
const waits = ({ headers = [] }: Call): boolean => headers.includes('Prefer');
const hasRanges = ({ headers = [] }: Call): boolean => headers.includes('Range');

/** Of what was refused before its limit was asked there are none. */
const ofLimits = ({ access }: Call, status: number): Presence =>
  status === 429 ? 'always' : sometimesIf(access !== 'public');

/** Whether a response of a call and status has the header. */
const PRESENCE: Readonly<Record<ResponseHeader, (call: Call, status: number) => Presence>> = {
  'Request-Id': () => 'always',
  'Retry-After': (call, status) => alwaysIf([429, 503].includes(status) || (waits(call) && status === 202)),
  RateLimit: ofLimits,
  'RateLimit-Policy': ofLimits,
  'WWW-Authenticate': (_, status) => alwaysIf(status === 401),
  // A job has its tag whatever call it is the response of.
  ETag: (call, status) =>
    alwaysIf((call.isTagged === true && status < 400) || jsonShapeOf(call, status) === job),
  Location: (call, status) => alwaysIf(call.hasLocation === true && isSuccess(status)),
  'Idempotent-Replayed': (call, status) =>
    sometimesIf(isKeyed(call) && (isSuccess(status) || STORED_REFUSALS.has(status))),
  'Preference-Applied': (call, status) => sometimesIf(waits(call) && isSuccess(status)),
  'Content-Range': (call, status) => alwaysIf(hasRanges(call) && [206, 416].includes(status)),
  'Content-Disposition': (call, status) =>
    hasRanges(call) ? alwaysIf(status < 400) : sometimesIf(hasRows(call, status)),
  'Set-Cookie': (call, status) =>
    alwaysIf(call.console !== undefined && call.method !== 'get' && isSuccess(status)),
};

function isKeyed({ idempotencyKey, isMadeOnce, problems = [] }: Call): boolean {
  return idempotencyKey !== undefined || isMadeOnce === true || problems.includes('idempotency_key_reused');
}

/** Whether the response is a file of rows where the caller prefers that. */
function hasRows({ responses }: Call, status: number): boolean {
  const body = responses[status];
  return body !== undefined && body !== null && 'media' in body && body.media.includes('text/csv');
}

/** The headers that a response of the call may have, by its status. */
export function responseHeadersOf(call: Call, status: number): readonly HeaderOfResponse[] {
  return Object.entries(PRESENCE).flatMap(([name, presenceOf]) => {
    const presence = presenceOf(call, status);
    return presence === 'never' ? [] : [{ name: name as ResponseHeader, required: presence === 'always' }];
  });
}

/** The name of a header among the components of the document: one that is required is another component. */
export function headerComponentOf({ name, required }: HeaderOfResponse): string {
  return required ? `${name}-required` : name;
}

/** The components of these headers. */
export function headerComponents(headers: readonly HeaderOfResponse[]): Readonly<Record<string, Header>> {
  return Object.fromEntries(
    headers.map((header) => [
      headerComponentOf(header),
      { ...RESPONSE_HEADERS[header.name], ...(header.required ? { required: true } : {}) },
    ]),
  );
}
