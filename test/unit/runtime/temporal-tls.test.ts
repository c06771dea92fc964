import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TemporalConfig } from '../../../runtime/settings/config.ts';
import { ConfigurationError } from '../../../runtime/settings/configuration-error.ts';
import { readTemporalTls } from '../../../runtime/temporal/temporal-tls.ts';
import { makeTemporaryHome } from '../../harness/temporary-home.ts';

/** Made for this test, and used nowhere: valid for a hundred years. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBeTCCAR+gAwIBAgIUCJyLeSzbZKIwD2Kiau5KMwlnFkEwCgYIKoZIzj0EAwIw
ETEPMA0GA1UEAwwGd29ya2VyMCAXDTI2MTEyOTA3MDM1NFoYDzIxMjYxMTA1MDcw
MzU0WjARMQ8wDQYDVQQDDAZ3b3JrZXIwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AAQyKO6UJWMWXsY4HNZjQdBAi8scNdNpvdt0yCkVTCiBREHyJCu8ZhSaVgh1S2Dv
zqYlxviC8k6nw5e6WDzmHe1Ko1MwUTAdBgNVHQ4EFgQUw/EL3FuN2bY3T+CM0AWH
0rTI7BQwHwYDVR0jBBgwFoAUw/EL3FuN2bY3T+CM0AWH0rTI7BQwDwYDVR0TAQH/
BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEArnvwQSo8x0rTOQ38UJhk8ra+AngT
bMiEK8fGZP+Jj/ECIHo+uegWO7dHZw8q55XhafV+QrDtZMtm/rUhhV9AFvcx
-----END CERTIFICATE-----
`;
const KEY = createPrivateKey({
  format: 'jwk',
  key: {
    ...{ kty: 'EC', crv: 'P-256', d: 'N8QUAtznJU4glcn8Dlm06s9nVmyZCSYG-fy7_K_TOOY' },
    x: 'MijulCVjFl7GOBzWY0HQQIvLHDXTab3bdMgpFUwogUQ',
    y: 'QfIkK7xmFJpWCHVLYO_OpiXG-ILyTqfDl7pYPOYd7Uo',
  },
}).export({ type: 'pkcs8', format: 'pem' });
const OTHER_KEY = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
});

let home: Awaited<ReturnType<typeof makeTemporaryHome>>;
beforeAll(async () => {
  home = await makeTemporaryHome('tls');
  const files = { 'cert.pem': CERTIFICATE, 'key.pem': KEY, 'other.pem': OTHER_KEY, 'garbage.pem': 'garbage' };
  for (const [name, content] of Object.entries(files)) await writeFile(fileOf(name), content);
});
afterAll(() => home.remove());

const fileOf = (name: string) => path.join(home.home, name);
const read = (files: { readonly ca?: string; readonly crt?: string; readonly key?: string }) => {
  const [tlsCaPath, tlsCertPath, tlsKeyPath] = [files.ca, files.crt, files.key].map((name) =>
    name === undefined ? null : fileOf(name),
  );
  return readTemporalTls({
    usesTls: true,
    tlsServerName: null,
    tlsCaPath,
    tlsCertPath,
    tlsKeyPath,
  } as TemporalConfig);
};

test('a certificate and its key are read', async () => {
  expect(await read({ ca: 'cert.pem', crt: 'cert.pem', key: 'key.pem' })).toMatchObject({
    serverRootCACertificate: Buffer.from(CERTIFICATE),
    clientCertPair: { crt: Buffer.from(CERTIFICATE), key: Buffer.from(KEY) },
  });
});

test.each([
  [{ ca: 'garbage.pem' }, 'TEMPORAL_TLS_CA_PATH', 'names a file that holds no certificate'],
  [
    { crt: 'garbage.pem', key: 'key.pem' },
    'TEMPORAL_TLS_CERT_PATH',
    'names a file that holds no certificate',
  ],
  [
    { crt: 'cert.pem', key: 'garbage.pem' },
    'TEMPORAL_TLS_KEY_PATH',
    'names a file that holds no private key',
  ],
  [{ crt: 'cert.pem', key: 'other.pem' }, 'TEMPORAL_TLS_KEY_PATH', 'is not the key of the certificate'],
  [{ crt: 'absent.pem', key: 'key.pem' }, 'TEMPORAL_TLS_CERT_PATH', 'names a file that cannot be read'],
])('files that hold no certificate, no key or another key are refused: %j', async (files, name, fault) => {
  const refused = read(files);
  await expect(refused).rejects.toThrow(ConfigurationError);
  await expect(refused).rejects.toMatchObject({
    faults: [{ name, fault: expect.stringContaining(fault) as string }],
  });
});
