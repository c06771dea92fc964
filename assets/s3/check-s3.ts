import { createHash, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { StoreFault } from '../asset-store.ts';
import type { S3Bucket } from './s3-bucket.ts';
import { toS3Failure, type S3Failure } from './s3-failure.ts';
import type { S3Settings } from '../../runtime/settings/asset-store-config.ts';

/** AWS refuses requests that are 15 min off. A sweep compares the server's times with ours, with a day to spare. */
const MAX_CLOCK_SKEW_MS = 5 * 60_000;

const PROBE = Buffer.from('probe\n');

/**
 * Why this process cannot use the bucket; null: it can. A reader lists one name; a writer also stores, reads and
 * removes an object of its own.
 */
export async function checkS3(
  bucket: S3Bucket,
  settings: S3Settings,
  access: 'read' | 'write',
): Promise<StoreFault | null> {
  try {
    await bucket.list('belongs-to', 1);
    return access === 'read' ? null : clockFault(await storeProbe(bucket));
  } catch (error) {
    return describe(toS3Failure('a request', error), settings);
  }
}

/** How far our clock is ahead of the server's, in ms. */
async function storeProbe(bucket: S3Bucket): Promise<number> {
  const name = `incoming/probe-${randomUUID()}`;
  await bucket.upload(name, {
    read: () => Readable.from([PROBE]),
    bytes: PROBE.length,
    sha256: createHash('sha256').update(PROBE).digest('hex'),
  });
  const now = Date.now();
  const found = await bucket.head(name);
  await bucket.remove(name);
  return found === null ? 0 : now - found.storedAt;
}

function clockFault(aheadMs: number): StoreFault | null {
  if (Math.abs(aheadMs) <= MAX_CLOCK_SKEW_MS) return null;
  const minutes = String(Math.round(Math.abs(aheadMs) / 60_000));
  const way = aheadMs > 0 ? 'ahead of' : 'behind';
  const message = `The clock of this machine is ${minutes} minutes ${way} that of the S3 server. Set it.`;
  return { kind: 'misconfigured', message };
}

const ADVICE: ReadonlyMap<string, string> = new Map(
  Object.entries({
    NoSuchBucket: 'There is no such bucket. Make it, or correct ASSET_STORE.',
    RequestTimeTooSkewed: 'The clock of this machine differs from that of the S3 server. Set it.',
    InvalidAccessKeyId:
      'The credentials are not accepted. Correct AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
    SignatureDoesNotMatch:
      'The credentials are not accepted. Correct AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
    InvalidToken: 'The credentials are not accepted. Correct AWS_SESSION_TOKEN.',
    ExpiredToken: 'The credentials have expired. Set new ones.',
    CredentialsProviderError:
      'There are no credentials. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give this machine a role.',
    AuthorizationHeaderMalformed: 'The bucket is in another region. Correct ASSET_STORE_REGION.',
    PermanentRedirect: 'The bucket is in another region. Correct ASSET_STORE_REGION.',
  }),
);

/** What a refusal means, and what to do. */
function describe(failure: S3Failure, { bucket, endpoint, region }: S3Settings): StoreFault {
  const where = endpoint === null ? `in ${region}` : `at ${new URL(endpoint).host}`;
  const advice = ADVICE.get(failure.code) ?? adviceOfStatus(failure.status);
  const kind = advice === null ? 'unreachable' : 'misconfigured';
  const message = `The bucket ${bucket} ${where} cannot be used. ${advice ?? 'It will be tried again.'} (${failure.message})`;
  return { kind, message };
}

function adviceOfStatus(status: number | null): string | null {
  if (status === 403) return 'The credentials lack a permission.';
  const isTransient = status === null || status === 429 || status >= 500;
  return isTransient ? null : 'The server refuses the request.';
}
