import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { TLSConfig } from '@temporalio/client';
import type { TemporalConfig } from '../settings/config.ts';
import { settingFault } from '../settings/setting-fault.ts';
import type { SettingName } from '../settings/settings.ts';

/**
 * TLS as both kinds of Temporal connection take it: false, or what the certificate files hold. Rejects with ConfigurationError for a
 * file that cannot be read, or holds something else: a connection that is made at the first call would fail then, in a loop.
 */
export async function readTemporalTls(config: TemporalConfig): Promise<TLSConfig | false> {
  if (!config.usesTls) return false;
  const [ca, crt, key] = await Promise.all([
    readOptionalFile('TEMPORAL_TLS_CA_PATH', config.tlsCaPath),
    readOptionalFile('TEMPORAL_TLS_CERT_PATH', config.tlsCertPath),
    readOptionalFile('TEMPORAL_TLS_KEY_PATH', config.tlsKeyPath),
  ]);
  if (ca !== undefined) parse('TEMPORAL_TLS_CA_PATH', CERTIFICATE, () => new X509Certificate(ca));
  if (crt !== undefined && key !== undefined) requirePair(crt, key);
  return {
    ...(config.tlsServerName === null ? {} : { serverNameOverride: config.tlsServerName }),
    ...(ca === undefined ? {} : { serverRootCACertificate: ca }),
    ...(crt === undefined || key === undefined ? {} : { clientCertPair: { crt, key } }),
  };
}

const CERTIFICATE = 'names a file that holds no certificate in PEM';

function requirePair(crt: Buffer, key: Buffer): void {
  const certificate = parse('TEMPORAL_TLS_CERT_PATH', CERTIFICATE, () => new X509Certificate(crt));
  const fault = 'names a file that holds no private key in PEM without a passphrase';
  const privateKey = parse('TEMPORAL_TLS_KEY_PATH', fault, () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey)) {
    throw settingFault(
      'TEMPORAL_TLS_KEY_PATH',
      'is not the key of the certificate in TEMPORAL_TLS_CERT_PATH',
    );
  }
}

function parse<Parsed>(name: SettingName, fault: string, read: () => Parsed): Parsed {
  try {
    return read();
  } catch {
    throw settingFault(name, fault);
  }
}

async function readOptionalFile(name: SettingName, path: string | null): Promise<Buffer | undefined> {
  if (path === null) return undefined;
  try {
    return await readFile(path);
  } catch {
    throw settingFault(name, 'names a file that cannot be read');
  }
}
