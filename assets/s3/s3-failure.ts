/**
 * A failed request to S3. The SDK's error names credentials (`AWSAccessKeyId`, the signed request), so it is not passed
 * on.
 */
export class S3Failure extends Error {
  override readonly name = 'S3Failure';
  /** S3's own error code (`NoSuchKey`), or the code of the network or the SDK (`ECONNRESET`). */
  readonly code: string;
  /** Null: no response came. */
  readonly status: number | null;
  readonly isRetryable: boolean;

  constructor(
    operation: string,
    found: { readonly code: string; readonly status?: number | null; readonly requestId?: string | null },
  ) {
    const { code, status = null, requestId = null } = found;
    const response = status === null ? `failed: ${code}` : `was answered ${String(status)} ${code}`;
    super(`${operation} ${response}${requestId === null ? '' : ` (request ${requestId})`}`);
    this.code = code;
    this.status = status;
    this.isRetryable = isWorthARetry(code, status);
  }
}

/** Codes after which another try may succeed. RequestTimeTooSkewed: the SDK has corrected its clock by the server's. */
const RETRYABLE_CODES: readonly string[] = [
  'BadDigest',
  'IncompleteBody',
  'RequestTimeTooSkewed',
  'RequestTimeout',
  'XAmzContentChecksumMismatch',
  'XAmzContentSHA256Mismatch',
];

const RETRYABLE_STATUSES: readonly number[] = [429, 500, 502, 503, 504];

/** Found before anything was sent. */
const NOT_SENT: readonly string[] = ['CredentialsProviderError', 'TokenProviderError', 'AbortError'];

function isWorthARetry(code: string, status: number | null): boolean {
  if (status === null) return !NOT_SENT.includes(code);
  return RETRYABLE_STATUSES.includes(status) || RETRYABLE_CODES.includes(code);
}

/** The parts of an SDK error without names of accounts or buckets. */
export function toS3Failure(operation: string, error: unknown): S3Failure {
  if (error instanceof S3Failure) return error;
  const thrown = (typeof error === 'object' && error !== null ? error : {}) as {
    readonly name?: unknown;
    readonly code?: unknown;
    readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
  };
  const status = thrown.$metadata?.httpStatusCode ?? null;
  const code = plainCode(status === null ? thrown.code : undefined) ?? plainCode(thrown.name) ?? 'Unknown';
  return new S3Failure(operation, { code, status, requestId: plainCode(thrown.$metadata?.requestId) });
}

/** Only a code or an id: what a server writes there goes to our logs. */
function plainCode(value: unknown): string | null {
  return typeof value === 'string' && /^[\w.:-]{1,100}$/.test(value) ? value : null;
}
