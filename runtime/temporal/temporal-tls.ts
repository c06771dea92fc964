import { readFile } from 'node:fs/promises';
import type { TLSConfig } from '@temporalio/client';
import type { TemporalConfig } from '../settings/config.ts';
import { ConfigurationError } from '../settings/configuration-error.ts';
import { SETTINGS, type SettingName } from '../settings/settings.ts';

/**
 * TLS as both kinds of Temporal connection take it: false, or what the certificate files hold. Rejects with ConfigurationError for a
 * file that cannot be read.
 */
export async function readTemporalTls(config: TemporalConfig): Promise<TLSConfig | false> {
  if (!config.usesTls) return false;
  const [ca, crt, key] = await Promise.all([
    readOptionalFile('TEMPORAL_TLS_CA_PATH', config.tlsCaPath),
    readOptionalFile('TEMPORAL_TLS_CERT_PATH', config.tlsCertPath),
    readOptionalFile('TEMPORAL_TLS_KEY_PATH', config.tlsKeyPath),
  ]);
  return {
    ...(config.tlsServerName === null ? {} : { serverNameOverride: config.tlsServerName }),
    ...(ca === undefined ? {} : { serverRootCACertificate: ca }),
    ...(crt === undefined || key === undefined ? {} : { clientCertPair: { crt, key } }),
  };
}

async function readOptionalFile(name: SettingName, path: string | null): Promise<Buffer | undefined> {
  if (path === null) return undefined;
  try {
    return await readFile(path);
  } catch {
    const { doc } = SETTINGS[name];
    throw new ConfigurationError([{ name, fault: 'names a file that cannot be read', doc }]);
  }
}
