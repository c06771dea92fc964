import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import type { S3Settings } from '../../runtime/settings/asset-store-config.ts';

/** A server without a connection within this time is down. */
const CONNECT_TIMEOUT_MS = 5_000;

/** A connection without traffic in either direction for this long is dead. */
const IDLE_TIMEOUT_MS = 60_000;

/** Concurrent uploads of a worker, or downloads of an API process. */
const MAX_CONNECTIONS = 256;

/** The client of a process. It tries a request once: retry-s3.ts decides about another try. */
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

/** Otherwise the SDK writes to the console that it cannot retry a stream. Failures are in our own log. */
const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore };
function ignore(): void {}

/** Many servers know neither the SDK's default checksums nor their trailer. The signature covers the SHA-256 anyway. */
const OFF_AWS = {
  requestChecksumCalculation: 'WHEN_REQUIRED',
  responseChecksumValidation: 'WHEN_REQUIRED',
} as const satisfies S3ClientConfig;

function credentialsOf({ credentials }: S3Settings): Pick<S3ClientConfig, 'credentials'> {
  if (credentials === null) return {};
  const { sessionToken, ...pair } = credentials;
  return { credentials: sessionToken === null ? pair : { ...pair, sessionToken } };
}
