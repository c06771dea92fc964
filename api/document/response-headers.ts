import type { Call } from '../../contract/call.ts';
import type { Header } from './document-types.ts';

const TEXT = { type: 'string' } as const;
const SECONDS = { type: 'integer', minimum: 0 } as const;

/** Response headers, by their names. */
export const RESPONSE_HEADERS = {
  'Request-Id': { description: 'The id of this request: quote it to support.', required: true, schema: TEXT },
  'Retry-After': { description: 'In how many seconds to ask again.', schema: SECONDS },
  RateLimit: {
    description: 'The limit that was reached, and in how many seconds it is open again.',
    schema: TEXT,
  },
  'RateLimit-Policy': { description: 'How much the limit allows.', schema: TEXT },
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
export type ResponseHeader = keyof typeof RESPONSE_HEADERS;

/** The headers that a response of the call may have. */
export function responseHeadersOf(call: Call, status: number): readonly ResponseHeader[] {
  const isSuccess = status < 300;
  const isKeyed =
    call.idempotencyKey !== undefined || call.problems?.includes('idempotency_key_reused') === true;
  const waits = call.headers?.includes('Prefer') === true;
  const hasRanges = call.headers?.includes('Range') === true;
  const headers: readonly (readonly [ResponseHeader, boolean])[] = [
    ['Request-Id', true],
    ['Retry-After', status === 429 || status === 503 || (waits && status === 202)],
    ['RateLimit', status === 429],
    ['RateLimit-Policy', status === 429],
    ['WWW-Authenticate', status === 401],
    ['ETag', call.isTagged === true && status < 400],
    ['Location', call.hasLocation === true && isSuccess],
    ['Idempotent-Replayed', isKeyed && (isSuccess || status === 402 || status === 409)],
    ['Preference-Applied', waits && isSuccess],
    ['Content-Range', hasRanges && (status === 206 || status === 416)],
    ['Content-Disposition', hasRanges && isSuccess],
    ['Set-Cookie', call.console !== undefined && call.method !== 'get' && isSuccess],
  ];
  return headers.flatMap(([name, isThere]) => (isThere ? [name] : []));
}
