import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import type { S3Settings } from '../../runtime/settings/asset-store-config.ts';

/** A server that takes no connection within this time does not serve. */
const CONNECT_TIMEOUT_MS = 5_000;

/** A connection on which nothing moves for this long, in either direction, is dead. */
const IDLE_TIMEOUT_MS = 60_000;

/** Uploads of a worker, or downloads of an API process, at once; more wait for one of them. */
const MAX_CONNECTIONS = 256;

/** One client of a process. It tries a request once: retry-s3.ts decides about the next. */
export function createS3Client(settings: S3Settings): S3Client {
  const { endpoint, region, usesPathStyle } = settings;
  return new S3Client({
    region,
    forcePathStyle: usesPathStyle,
    maxAttempts: 1,
    logger: SILENT,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: IDLE_TIMEOUT_MS,
      httpAgent: { keepAlive: true, maxSockets: MAX_CONNECTIONS },
      httpsAgent: { keepAlive: true, maxSockets: MAX_CONNECTIONS },
    },
    ...(endpoint === null ? {} : { endpoint, ...OFF_AWS }),
    ...credentialsOf(settings),
  });
}

/** Else it writes to the console that it does not try a stream again. What failed is in our own log. */
const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore };
function ignore(): void {}

/** Many servers know neither the SDK's default checksums nor the trailer that carries them. The signature covers the SHA-256 anyway. */
const OFF_AWS = {
  requestChecksumCalculation: 'WHEN_REQUIRED',
  responseChecksumValidation: 'WHEN_REQUIRED',
} as const satisfies S3ClientConfig;

function credentialsOf({ credentials }: S3Settings): Pick<S3ClientConfig, 'credentials'> {
  if (credentials === null) return {};
  const { sessionToken, ...pair } = credentials;
  return { credentials: sessionToken === null ? pair : { ...pair, sessionToken } };
}
