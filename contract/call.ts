import type { z } from 'zod';
import type { PortalRight } from '../domain/portal-rights.ts';
import type { ApiKeyScope } from './api-key-scopes.ts';
import { PROBLEMS, type ProblemCode } from './problems.ts';

/** The groups of calls, in the order in which documents show them. */
export const CALL_TAGS = {
  jobs: 'Price, submit, watch and cancel generation jobs.',
  outputs: 'The generated files, and reports of those that cannot be used.',
  credits: 'The balance, the journal behind it, and metered use.',
  accounts: 'Accounts, their grants, plans and limits. For platform keys.',
  keys: 'API keys, and the short-lived tokens of browsers.',
  events: 'What happens in an account, read or delivered to webhook endpoints.',
  support: 'What support staff see and do. For platform keys.',
  service: 'The deployment itself: what it offers, its health and its documents.',
} as const;
type CallTag = keyof typeof CALL_TAGS;

/** The body of a response: JSON of a shape; null: none; otherwise other media types, with JSON beside them where the caller may choose. */
type ResponseBody =
  z.ZodType | null | { readonly json?: z.ZodType; readonly media: readonly [string, ...string[]] };

/**
 * One call of the HTTP API, declared once: the router, the document, the tests and the clients read it. What follows from these fields is
 * not repeated in them (`problemsOf`).
 */
export type Call = {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** `:name` stands for a parameter. */
  readonly path: string;
  readonly tag: CallTag;
  /** What the call does: one line, in the imperative. */
  readonly summary: string;
  /** What a caller has to know beyond that. Markdown. */
  readonly description?: string;
  readonly query?: z.ZodType;
  /** Where a catalogue has a part in it (a job body, the name of a plan), the call is read with a narrower one. */
  readonly body?: z.ZodType;
  /** The call may be sent without its body. */
  readonly isBodyOptional?: true;
  /** Whether the header Idempotency-Key names the request. */
  readonly idempotencyKey?: 'required' | 'optional';
  /** Request headers beside those that follow from the other fields, by their names. */
  readonly headers?: readonly ('Prefer' | 'Last-Event-ID' | 'Range' | 'If-Range')[];
  /** A successful GET has an ETag; with `If-None-Match` the response may be 304. */
  readonly isTagged?: true;
  /** A success has the path of what it made in the header Location. */
  readonly hasLocation?: true;
  /** By what it is about it is done once, without a key: made again, a success says so in the header Idempotent-Replayed. */
  readonly isMadeOnce?: true;
  /** The call may charge credits: what became of the money is unknown while it acts, unless its problem says more. */
  readonly mayBill?: true;
  /**
   * `opens`: it begins a console session, by a key or the word of a trusted proxy, never by a session. `needs`: it is about the session
   * of the cookie.
   */
  readonly console?: 'opens' | 'needs';
  /** A supervisor asks it all the time: it counts in no limit of requests. */
  readonly isUnlimited?: true;
  /** It adds up an account's entries, however many there are: it counts in a limit of its own in place of the account's. */
  readonly addsUpEntries?: true;
  /** Its caller proves itself within the call: only what is answered not_found or invalid_request counts in the limit of its address. */
  readonly countsStrangersOnly?: true;
  /** By status: every response that is no problem. */
  readonly responses: Readonly<Record<number, ResponseBody>>;
  /** The problems of this call beyond those that `problemsOf` derives. */
  readonly problems?: readonly ProblemCode[];
} & (
  | { readonly access: 'public' }
  /** `key`: any key with one of the scopes; the handler says for which accounts. `account`: such a key, acting for one account. */
  | {
      readonly access: 'key' | 'account';
      readonly scopes: readonly ApiKeyScope[];
      /** True: platform keys alone may make it, whatever scopes an account's key has. */
      readonly onlyPlatform?: boolean;
      /** True: a test key may not make it, for it is about all live accounts together. */
      readonly onlyLive?: true;
      /** What a portal session has to be able to, to make it; absent: none may. */
      readonly portal?: PortalRight;
    }
);

/** Every problem code that the call can be answered with: its own, and those that follow from its access, path and body. */
export function problemsOf(call: Call): readonly ProblemCode[] {
  const hasParameter = call.path.includes('/:');
  return [
    ...new Set<ProblemCode>([
      // Bytes that are no HTTP request, a header or a query parameter that is not valid, and a coding that is not known.
      ...(['invalid_request', 'not_implemented'] as const),
      ...(call.isUnlimited === true ? [] : (['rate_limited'] as const)),
      ...(call.access === 'public'
        ? []
        : (['unauthenticated', 'forbidden', 'unavailable', 'internal'] as const)),
      // A platform key names its account in a header.
      ...(hasParameter || call.access === 'account' ? (['not_found'] as const) : []),
      ...(call.body === undefined ? [] : (['payload_too_large', 'unsupported_media_type'] as const)),
      ...(call.idempotencyKey === 'required'
        ? (['idempotency_key_missing', 'idempotency_key_reused'] as const)
        : []),
      ...(call.problems ?? []),
    ]),
  ];
}

/** Every status that the call can be answered with. */
export function statusesOf(call: Call): readonly number[] {
  const statuses = new Set([
    ...Object.keys(call.responses).map(Number),
    ...(call.isTagged === true ? [304] : []),
    ...problemsOf(call).map((code) => PROBLEMS[code].status),
  ]);
  return [...statuses].sort((a, b) => a - b);
}

/** The JSON shape of a response that is no problem; undefined where the call has no such response, or not as JSON. */
export function jsonShapeOf(call: Call, status: number): z.ZodType | undefined {
  const body = call.responses[status];
  if (body === undefined || body === null) return undefined;
  return 'media' in body ? body.json : body;
}
