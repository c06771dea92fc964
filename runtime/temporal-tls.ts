import { readFile } from 'node:fs/promises';
import type { TLSConfig } from '@temporalio/client';
import type { TemporalConfig } from './config.ts';

/** TLS as both kinds of Temporal connection take it: false, or what the certificate files hold. */
export async function readTemporalTls(config: TemporalConfig): Promise<TLSConfig | false> {
  if (!config.usesTls) return false;
  const [ca, crt, key] = await Promise.all(
    [config.tlsCaPath, config.tlsCertPath, config.tlsKeyPath].map(readOptionalFile),
  );
  return {
    ...(config.tlsServerName === null ? {} : { serverNameOverride: config.tlsServerName }),
    ...(ca === undefined ? {} : { serverRootCACertificate: ca }),
    ...(crt === undefined || key === undefined ? {} : { clientCertPair: { crt, key } }),
  };
}

async function readOptionalFile(path: string | null): Promise<Buffer | undefined> {
  return path === null ? undefined : readFile(path);
}
