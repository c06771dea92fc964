/** Every way a request can be refused: one table, from which HTTP, the client and the documentation are answered. */

export type ProblemRule = {
  readonly status: number;
  readonly title: string;
  readonly retryable: boolean;
  /** What has happened, in general: a problem's `detail` says it of the request. */
  readonly cause: string;
  /** What the caller can do. */
  readonly advice: string;
};

/** Every problem code (docs/http-api.md). */
export const PROBLEMS = {
  invalid_request: {
    status: 400,
    title: 'The request is not valid',
    retryable: false,
    cause:
      'A header, a parameter or a field of the body is not what the call takes. `errors` names each by its pointer.',
    advice: 'Correct the fields named in errors and send it again.',
  },
  idempotency_key_missing: {
    status: 400,
    title: 'Idempotency-Key is missing',
    retryable: false,
    cause: 'The call acts, and a repetition of it could not be told from a second request.',
    advice: 'Send an Idempotency-Key header: a new value per request, the same value on a retry of it.',
  },
  unauthenticated: {
    status: 401,
    title: 'The key is missing or not valid',
    retryable: false,
    cause: 'There is no key in the request, or one that was never made, was revoked, or has expired.',
    advice: 'Send Authorization: Bearer with a live key.',
  },
  forbidden: {
    status: 403,
    title: 'The key may not do this',
    retryable: false,
    cause:
      'The key is valid, but lacks a scope, is of another account, or is of the other mode (live or test).',
    advice: 'Use a key with the scope this call needs, for the account it names.',
  },
  not_found: {
    status: 404,
    title: 'Not found',
    retryable: false,
    cause: 'Nothing of this account has this id. What belongs to another account is not told apart.',
    advice: 'Check the id, and that it belongs to the account of the key.',
  },
  method_not_allowed: {
    status: 405,
    title: 'Method not allowed',
    retryable: false,
    cause: 'The path is right, and the call has another method.',
    advice: 'Use a method named in the Allow header.',
  },
  insufficient_credits: {
    status: 402,
    title: 'Not enough credits',
    retryable: false,
    cause: 'What it costs is more than the account has available. Credits reserved by running jobs are not.',
    advice: 'Add credits, or ask for less, and submit with a new Idempotency-Key.',
  },
  limit_exceeded: {
    status: 402,
    title: 'A spend limit is reached',
    retryable: false,
    cause: 'A cap on spending of the account, a member or a project would be passed in this period.',
    advice: 'Raise the limit, or wait for the next period.',
  },
  account_frozen: {
    status: 403,
    title: 'The account is frozen',
    retryable: false,
    cause: 'The operator of this deployment has frozen the account.',
    advice:
      'Ask the operator why. Nothing new is started or spent until it is unfrozen; what runs ends as it would.',
  },
  price_changed: {
    status: 409,
    title: 'The price is not what was agreed',
    retryable: false,
    cause:
      'The quote has expired or is of another request, or the price is above `max_credits`. Nothing was reserved.',
    advice: 'Ask for a new quote and submit with it, under a new Idempotency-Key.',
  },
  job_in_doubt: {
    status: 409,
    title: 'An identical job is stuck',
    retryable: false,
    cause:
      'The account has a job with the same content that is stuck and may still deliver: a second would cost twice.',
    advice:
      'Wait for it to end or have it restarted; send "force": true under a new Idempotency-Key to run another all the same.',
  },
  state_conflict: {
    status: 409,
    title: 'The state does not allow this',
    retryable: false,
    cause: 'What it acts on is in a state that the call cannot start from, or another caller was first.',
    advice: 'Read it again: it is in another state than this call needs.',
  },
  idempotency_key_reused: {
    status: 422,
    title: 'The Idempotency-Key was used for another request',
    retryable: false,
    cause: 'An earlier request with this key had another body or was of another call. Its result stands.',
    advice: 'Use a new key for a new request.',
  },
  payload_too_large: {
    status: 413,
    title: 'The body is too large',
    retryable: false,
    cause: 'The body is longer than the call reads.',
    advice: 'Keep the body within 1 MiB.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'The body is not JSON',
    retryable: false,
    cause: 'The Content-Type of the body is missing or is of another type.',
    advice: 'Send Content-Type: application/json.',
  },
  /** Beside docs/http-api.md's codes: every error has one, and this status has no other. */
  range_not_satisfiable: {
    status: 416,
    title: 'The file is shorter than that',
    retryable: false,
    cause: 'The Range header begins behind the end of the file.',
    advice: 'Ask for a range within the length that Content-Range names.',
  },
  /** As above. */
  content_expired: {
    status: 410,
    title: 'The content has expired',
    retryable: false,
    cause: 'Its kind keeps content for a time, which is over. What it cost and who made it is still known.',
    advice:
      'Fetch content before its expires_at. The same work can be submitted again, under a new Idempotency-Key.',
  },
  /** As above. */
  not_implemented: {
    status: 501,
    title: 'The transfer coding is not known',
    retryable: false,
    cause: 'The body came under a Transfer-Encoding other than `chunked`.',
    advice: 'Send the body as it is, with a Content-Length or as `chunked`.',
  },
  rate_limited: {
    status: 429,
    title: 'Too many requests',
    retryable: true,
    cause: 'This key, account or address has sent more requests than it may, or runs as many jobs as it may.',
    advice: 'Wait as long as Retry-After says.',
  },
  unavailable: {
    status: 503,
    title: 'Temporarily unavailable',
    retryable: true,
    cause: 'A part that the call needs is away, or is too busy to take more. Nothing was left half done.',
    advice: 'Send the same request with the same Idempotency-Key after Retry-After.',
  },
  internal: {
    status: 500,
    title: 'Something went wrong on our side',
    retryable: true,
    cause: 'A mistake of ours, which is in our log under `request_id`.',
    advice: 'Send the same request with the same Idempotency-Key; quote request_id to support.',
  },
} as const satisfies Readonly<Record<string, ProblemRule>>;

export type ProblemCode = keyof typeof PROBLEMS;
