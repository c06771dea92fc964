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
 * One call of the HTTP API, declared once: router, document, tests and clients read it. What follows from these fields
 * is derived (`problemsOf`).
 */
export type Call = {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** `:name` stands for a parameter. */
  readonly path: string;
  readonly tag: CallTag;
  /** What the call does: one line, in the imperative. */
  readonly summary: string;
  /** What a caller must know beyond that. Markdown. */
  readonly description?: string;
  readonly query?: z.ZodType;
  /** The body. Where a catalogue narrows it (a job body, a plan's name), it is parsed with a narrower schema. */
  readonly body?: z.ZodType;
  /** The body may be absent. */
  readonly isBodyOptional?: true;
  /** Whether the header Idempotency-Key names the request. */
  readonly idempotencyKey?: 'required' | 'optional';
  /** Request headers beyond those that follow from the other fields. */
  readonly headers?: readonly ('Prefer' | 'Last-Event-ID' | 'Range' | 'If-Range')[];
  /** A successful GET has an ETag; with `If-None-Match` the response may be 304. */
  readonly isTagged?: true;
  /** A success has the path of the new resource in the header Location. */
  readonly hasLocation?: true;
  /** It is done once per content, without a key: a repeat has the header Idempotent-Replayed. */
  readonly isMadeOnce?: true;
  /** The call may charge credits: while it acts, whether it did is unknown unless its problem says so. */
  readonly mayBill?: true;
  /** `opens`: begins a console session, by a key or a trusted proxy. `needs`: is about the session of the cookie. */
  readonly console?: 'opens' | 'needs';
  /** For supervisors: no limit of requests counts it. */
  readonly isUnlimited?: true;
  /** It adds up an account's entries, however many there are: it counts in a limit of its own instead of the account's. */
  readonly addsUpEntries?: true;
  /** Its caller authenticates within the call: only not_found and invalid_request count in the limit of its address. */
  readonly countsStrangersOnly?: true;
  /** The responses by status, without problems. */
  readonly responses: Readonly<Record<number, ResponseBody>>;
  /** The call's problems beyond those of `problemsOf`. */
  readonly problems?: readonly ProblemCode[];
} & (
  | { readonly access: 'public' }
  /**
   * `key`: any key with one of the scopes; the handler decides about accounts. `account`: such a key, acting for one
   * account.
   */
  | {
      readonly access: 'key' | 'account';
      readonly scopes: readonly ApiKeyScope[];
      /** True: for platform keys only, whatever scopes an account's key has. */
      readonly onlyPlatform?: boolean;
      /** True: closed to test keys, since it is about all live accounts. */
      readonly onlyLive?: true;
      /** The right that a portal session needs for it; absent: closed to portal sessions. */
      readonly portal?: PortalRight;
    }
);

/** All problem codes of the call: its own, and those that follow from its access, path and body. */
export function problemsOf(call: Call): readonly ProblemCode[] {
  const hasParameter = call.path.includes('/:');
  return [
    ...new Set<ProblemCode>([
      // Bytes that are not HTTP, an invalid header or query parameter, and an unknown coding.
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

/** All statuses of the call. */
export function statusesOf(call: Call): readonly number[] {
  const statuses = new Set([
    ...Object.keys(call.responses).map(Number),
    ...(call.isTagged === true ? [304] : []),
    ...problemsOf(call).map((code) => PROBLEMS[code].status),
  ]);
  return [...statuses].sort((a, b) => a - b);
}

/** The JSON shape of a response; undefined: the call has no such response, or not as JSON. */
export function jsonShapeOf(call: Call, status: number): z.ZodType | undefined {
  const body = call.responses[status];
  if (body === undefined || body === null) return undefined;
  return 'media' in body ? body.json : body;
}
