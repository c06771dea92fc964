import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import express from 'express';
import { afterAll, describe, expect, test } from 'vitest';
import { readApiConfig, readMigrateConfig, readWorkerConfig } from '../../../runtime/settings/config.ts';
import { ConfigurationError } from '../../../runtime/settings/configuration-error.ts';

const API = {
  DATABASE_URL: 'postgresql://holdfast_api:secret@localhost:5432/holdfast',
  TEMPORAL_ADDRESS: 'localhost:7233',
  ASSET_HOME: '/var/lib/holdfast/assets',
  LINK_SECRETS: 'a'.repeat(32),
};
const WORKER = { ...API, MODEL_SERVICE_URL: 'http://localhost:8788' };

function faultsOf(read: () => unknown): readonly string[] {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults.map((fault) => fault.name);
    throw error;
  }
  return [];
}

describe('the configuration of a process', () => {
  test('is read with defaults from the few variables that have none', () => {
    expect(readApiConfig(API)).toMatchObject({ port: 8787, database: { poolSize: 16 } });
    expect(readWorkerConfig(WORKER)).toMatchObject({
      version: null,
      reconcileIntervalSeconds: 60,
      reconcileGraceSeconds: 30,
      creditMaintenanceIntervalSeconds: 60,
      heartbeatTimeoutSeconds: 10,
      temporal: { namespace: 'default', taskQueue: 'holdfast', usesTls: false },
    });
  });

  test('names every variable that is missing, all at once', () => {
    expect(faultsOf(() => readApiConfig({}))).toEqual([
      'DATABASE_URL',
      'TEMPORAL_ADDRESS',
      'ASSET_HOME',
      'LINK_SECRETS',
    ]);
    expect(faultsOf(() => readMigrateConfig({}))).toEqual([
      'DATABASE_OWNER_URL',
      'DATABASE_API_PASSWORD',
      'DATABASE_WORKER_PASSWORD',
    ]);
  });

  test('says what to set, and repeats no value', () => {
    const read = () => readApiConfig({ ...API, DATABASE_URL: 'mysql://user:hunter2@host/db' });
    expect(read).toThrow(/DATABASE_URL is not valid\. Set it to: PostgreSQL as this process's own role/);
    expect(read).not.toThrow(/hunter2/);
  });

  test.each([
    ['gpu in_flight=40 per_second=2.5, fal in_flight=20', ['gpu', 'fal']],
    [' gpu   per_second=0.5 ', ['gpu']],
  ])('reads the limits of providers: %s', (text, providers) => {
    const { providerLimits } = readWorkerConfig({ ...WORKER, PROVIDER_LIMITS: text });
    expect(Object.keys(providerLimits)).toEqual(providers);
  });

  test.each([
    'gpu',
    'gpu in_flight=0',
    'gpu in_flight=-1',
    'gpu in_flight=1e9',
    'gpu per_second=NaN',
    'gpu per_second=0',
    'gpu speed=3',
    'gpu in_flight=4 in_flight=5',
    'gpu in_flight=2, gpu in_flight=3',
    'gpu in_flight=2,',
    ',',
  ])('refuses limits of providers that are invalid or repeated: %s', (text) => {
    expect(faultsOf(() => readWorkerConfig({ ...WORKER, PROVIDER_LIMITS: text }))).toEqual([
      'PROVIDER_LIMITS',
    ]);
  });

  test('refuses blank limits of requests, and takes an empty setting for none', () => {
    expect(faultsOf(() => readApiConfig({ ...API, RATE_LIMITS: ' ' }))).toEqual(['RATE_LIMITS']);
    expect(readApiConfig({ ...API, RATE_LIMITS: '' }).rateLimits).toEqual(readApiConfig(API).rateLimits);
  });

  test('refuses limits of an unknown provider, and names the known ones', () => {
    const read = () =>
      readWorkerConfig({ ...WORKER, PROVIDER_LIMITS: 'fal in_flight=2, replicat in_flight=3' });
    expect(faultsOf(read)).toEqual(['PROVIDER_LIMITS']);
    expect(read).toThrow(/there are local, gpu, openai, replicate, fal\./);
  });

  test('names all settings that lack the other half of a pair at once, and those that are invalid', () => {
    const halves = {
      ...WORKER,
      ...{
        OPENAI_URL: 'https://api.openai.com/v1/',
        FAL_URL: 'https://queue.fal.run',
        WORKER_BUILD_ID: 'abc',
      },
      ...{ TEMPORAL_TLS_CERT_PATH: '/c.pem', ASSET_STORE: 's3://bucket', AWS_SECRET_ACCESS_KEY: 'secret' },
      ...{ PROVIDER_LIMITS: 'flux in_flight=1', LOG_LEVEL: 'loud' },
    };
    expect(faultsOf(() => readWorkerConfig(halves))).toEqual([
      ...['LOG_LEVEL', 'TEMPORAL_TLS_KEY_PATH', 'WORKER_DEPLOYMENT_NAME', 'AWS_ACCESS_KEY_ID'],
      ...['OPENAI_API_KEY', 'FAL_KEY', 'PROVIDER_LIMITS'],
    ]);
    expect(() => readWorkerConfig(halves)).toThrow(/FAL_KEY is not set, and FAL_URL is\. Set it to: the key/);
    // One that is wrong by itself is named once.
    const wrong = { ...WORKER, FAL_URL: 'https://queue.fal.run', FAL_KEY: 'a key' };
    expect(faultsOf(() => readWorkerConfig(wrong))).toEqual(['FAL_KEY']);
  });

  test('allows local asset addresses only where it says so, in API and worker alike', () => {
    for (const read of [
      (more: object) => readApiConfig({ ...API, ...more }),
      (more: object) => readWorkerConfig({ ...WORKER, ...more }),
    ]) {
      expect(read({}).allowsLocalAssetUrls).toBe(false);
      expect(read({ ALLOW_LOCAL_ASSET_URLS: 'true' }).allowsLocalAssetUrls).toBe(true);
    }
  });

  test('reads "false" as false, and refuses what is neither true nor false', () => {
    expect(readApiConfig({ ...API, ALLOW_TEST_SCENARIOS: 'false' }).allowsTestScenarios).toBe(false);
    expect(readApiConfig({ ...API, ALLOW_TEST_SCENARIOS: 'true' }).allowsTestScenarios).toBe(true);
    expect(faultsOf(() => readApiConfig({ ...API, ALLOW_TEST_SCENARIOS: 'maybe' }))).toEqual([
      'ALLOW_TEST_SCENARIOS',
    ]);
  });

  test('reads an empty value as unset', () => {
    expect(readWorkerConfig({ ...WORKER, MODEL_SERVICE_URL: '', LOG_LEVEL: '' })).toMatchObject({
      modelServices: { local: null, gpu: null, openai: null, replicate: null, fal: null },
      logLevel: 'info',
    });
    expect(faultsOf(() => readApiConfig({ ...API, ASSET_HOME: '' }))).toEqual(['ASSET_HOME']);
  });

  test.each([
    ['DATABASE_POOL_SIZE', '0'],
    ['DATABASE_POOL_SIZE', '1.5'],
    ['DATABASE_POOL_SIZE', 'many'],
    ['RECONCILE_GRACE_SECONDS', '31'],
    ['CREDIT_MAINTENANCE_INTERVAL_SECONDS', '0'],
    ['HEARTBEAT_TIMEOUT_SECONDS', '-1'],
    ['LOG_LEVEL', 'loud'],
    ['MODEL_SERVICE_URL', 'ftp://models'],
    ['DATABASE_POOL_SIZE', '0x10'],
    ['DATABASE_POOL_SIZE', '1e1'],
    ['DATABASE_POOL_SIZE', ' '],
    ['DATABASE_POOL_SIZE', '99999999999999999999'],
    ['RECONCILE_INTERVAL_SECONDS', 'Infinity'],
    ['TEMPORAL_ADDRESS', 'temporal'],
    ['TEMPORAL_ADDRESS', 'http://temporal:7233'],
    ['TEMPORAL_ADDRESS', 'temporal:70000'],
    ['TEMPORAL_ADDRESS', 'temporal: 7233'],
    ['TEMPORAL_ADDRESS', '[nonsense]:7233'],
    ['TEMPORAL_NAMESPACE', ' '],
    ['TEMPORAL_TASK_QUEUE', 'holdfast\n'],
    ['TEMPORAL_API_KEY', 'key\n'],
    ['TEMPORAL_API_KEY', 'clé'],
    ['MODEL_SERVICE_API_KEY', 'a key'],
    ['MODEL_SERVICE_URL', 'http://'],
    ['MODEL_SERVICE_URL', 'http://ann:secret@models'],
    ['MODEL_SERVICE_URL', 'http://models/?a=1'],
    ['MODEL_SERVICE_URL', ' http://models'],
    ['DATABASE_URL', 'postgresql:holdfast'],
    ['DATABASE_URL', 'postgresql:///holdfast'],
    ['DATABASE_URL', 'postgresql://holdfast_api:50%@localhost/holdfast'],
    ['DATABASE_URL', 'postgresql://localhost:70000/holdfast'],
    ['ASSET_HOME', '/assets\u0000'],
    ['WORKER_METRICS_ADDRESS', 'localhost:9464'],
    ['WORKER_METRICS_ADDRESS', '0.0.0.0'],
    ['WORKER_HEALTH_ADDRESS', '0.0.0.0:99999'],
  ])('refuses %s=%j', (name, value) => {
    const read = () => readWorkerConfig({ ...WORKER, [name]: value });
    expect(faultsOf(read)).toEqual([name]);
    expect(read).toThrow(/is not valid\. Set it to: /);
  });

  test.each([
    ['TEMPORAL_ADDRESS', '[::1]:7233'],
    ['TEMPORAL_ADDRESS', 'ns.acc.tmprl.cloud:7233'],
    ['DATABASE_URL', 'postgres://u:p%40@host/holdfast?sslmode=require'],
    ['DATABASE_URL', 'postgresql:///holdfast?user=u&host=/var/run/postgresql'],
    ['WORKER_METRICS_ADDRESS', '[::]:9464'],
    ['WORKER_HEALTH_ADDRESS', 'localhost:0'],
    ['ASSET_HOME', '/var/lib/our assets'],
    ['GPU_SERVICE_URL', 'http://10.0.0.7:8000/v1/'],
  ])('accepts %s=%j', (name, value) => {
    expect(faultsOf(() => readWorkerConfig({ ...WORKER, [name]: value }))).toEqual([]);
  });

  test.each([
    ['OPENAI_URL', 'OPENAI_API_KEY', 'https://api.openai.com/v1/'],
    ['REPLICATE_URL', 'REPLICATE_API_TOKEN', 'https://api.replicate.com'],
    ['FAL_URL', 'FAL_KEY', 'https://queue.fal.run'],
  ])('of a worker needs a key where %s is set', (url, key, address) => {
    expect(faultsOf(() => readWorkerConfig({ ...WORKER, [url]: address }))).toEqual([key]);
    expect(() => readWorkerConfig({ ...WORKER, [url]: address, [key]: 'key' })).not.toThrow();
    expect(() => readApiConfig({ ...API, [url]: address })).not.toThrow();
  });

  test.each([
    ['MODEL_SERVICE_URL', 'MODEL_SERVICE_WEBHOOK_SECRET'],
    ['GPU_SERVICE_URL', 'GPU_SERVICE_WEBHOOK_SECRET'],
    ['REPLICATE_URL', 'REPLICATE_WEBHOOK_SECRET'],
  ])('of an API needs the webhook secret of %s where it sends webhooks', (url, name) => {
    const withWebhooks = { PROVIDER_WEBHOOK_URL: 'https://api.test/', [url]: 'https://service.test' };
    const secret = `whsec_${Buffer.from('a secret of this test').toString('base64')}`;
    expect(faultsOf(() => readApiConfig({ ...API, ...withWebhooks }))).toEqual([name]);
    expect(
      readApiConfig({ ...API, ...withWebhooks, [name]: secret }).providerWebhooks?.secrets,
    ).toMatchObject({
      [url === 'MODEL_SERVICE_URL' ? 'local' : url === 'GPU_SERVICE_URL' ? 'gpu' : 'replicate']: secret,
    });
    expect(readApiConfig({ ...API, [url]: 'https://service.test' }).providerWebhooks).toBeNull();
    const worker = { ...WORKER, ...withWebhooks, REPLICATE_API_TOKEN: 'key' };
    expect(readWorkerConfig(worker).providerWebhookUrl).toBe('https://api.test');
  });

  test('refuses an invalid webhook secret without repeating it', () => {
    const read = () => readApiConfig({ ...API, GPU_SERVICE_WEBHOOK_SECRET: 'whsec_hunter 2' });
    expect(faultsOf(read)).toEqual(['GPU_SERVICE_WEBHOOK_SECRET']);
    expect(read).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('hunter') as string }),
    );
  });

  test('uses TLS with an API key or a certificate, and refuses a certificate without its key', () => {
    expect(readApiConfig({ ...API, TEMPORAL_API_KEY: 'key' }).temporal.usesTls).toBe(true);
    const certificate = { TEMPORAL_TLS_CERT_PATH: '/c.pem', TEMPORAL_TLS_KEY_PATH: '/k.pem' };
    expect(readApiConfig({ ...API, ...certificate }).temporal.usesTls).toBe(true);
    expect(faultsOf(() => readApiConfig({ ...API, TEMPORAL_TLS_CERT_PATH: '/c.pem' }))).toEqual([
      'TEMPORAL_TLS_KEY_PATH',
    ]);
  });

  test('has the secrets of links, which production refuses to be without', () => {
    const rotated = { ...API, LINK_SECRETS: `${'n'.repeat(32)},${'o'.repeat(32)}` };
    expect(readApiConfig(rotated).linkSecrets).toEqual(['n'.repeat(32), 'o'.repeat(32)]);
    const { LINK_SECRETS: _, ...without } = API;
    expect(() => readApiConfig(without)).toThrow(/LINK_SECRETS is not set\. Set it to: what signs links/);
    expect(readApiConfig({ ...without, NODE_ENV: 'development' }).linkSecrets).toBeNull();
    expect(faultsOf(() => readApiConfig({ ...API, LINK_SECRETS: 'short' }))).toEqual(['LINK_SECRETS']);
  });

  test.each([
    'garbage',
    'true',
    '1',
    '10.0.0.0/33',
    '10.0.0.0/0',
    '::1/129',
    '10.0.0.1,',
    '10.0.0.0/8/8',
    'fe80::1%eth0',
    'loopback',
  ])('refuses trusted proxies that are not addresses or networks: %s', (proxies) => {
    expect(faultsOf(() => readApiConfig({ ...API, TRUSTED_PROXIES: proxies }))).toEqual(['TRUSTED_PROXIES']);
  });

  test('reads trusted proxies in a form that Express accepts', () => {
    const proxies = '10.0.0.0/8, 192.0.2.1,::1 , fd00::/8, 0.0.0.0/1';
    const { trustedProxies } = readApiConfig({ ...API, TRUSTED_PROXIES: proxies });
    expect(trustedProxies).toEqual(['10.0.0.0/8', '192.0.2.1', '::1', 'fd00::/8', '0.0.0.0/1']);
    expect(() => express().set('trust proxy', trustedProxies)).not.toThrow();
  });

  test.each([
    'Authorization',
    'Cookie',
    'Host',
    'Origin',
    'X-Forwarded-For',
    'Holdfast-Actor',
    'Sec-Fetch-Site',
    'a b',
    ''.padEnd(101, 'x'),
  ])('refuses a header that any client sends as the name of a person: %s', (header) => {
    const named = { ...API, TRUSTED_PROXIES: '10.0.0.0/8', CONSOLE_PROXY_HEADER: header };
    expect(faultsOf(() => readApiConfig(named))).toEqual(['CONSOLE_PROXY_HEADER']);
  });

  test('refuses a header of a proxy without trusted proxies, and unknown scopes', () => {
    const named = { ...API, CONSOLE_PROXY_HEADER: 'X-Forwarded-User' };
    expect(faultsOf(() => readApiConfig(named))).toEqual(['TRUSTED_PROXIES']);
    const settings = {
      ...named,
      TRUSTED_PROXIES: '10.0.0.0/8',
      CONSOLE_PROXY_SCOPES: 'support, billing:write',
    };
    expect(readApiConfig(settings).console).toEqual({
      proxyHeader: 'X-Forwarded-User',
      proxyScopes: ['support', 'billing:write'],
    });
    expect(faultsOf(() => readApiConfig({ ...settings, CONSOLE_PROXY_SCOPES: 'root' }))).toEqual([
      'CONSOLE_PROXY_SCOPES',
    ]);
  });

  test('keeps results in a folder, and in a bucket where one is named', () => {
    expect(readApiConfig(API).assets).toEqual({ kind: 'disk', home: API.ASSET_HOME });
    expect(readApiConfig({ ...API, ASSET_STORE: 's3://our-bucket' }).assets).toEqual({
      kind: 's3',
      bucket: 'our-bucket',
      prefix: '',
      endpoint: null,
      region: 'us-east-1',
      usesPathStyle: false,
      credentials: null,
      spoolFolder: API.ASSET_HOME,
    });
    const elsewhere = {
      ASSET_STORE: 's3://our-bucket/holdfast/assets/',
      ASSET_STORE_ENDPOINT: 'http://minio:9000',
      ASSET_STORE_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'id',
      AWS_SECRET_ACCESS_KEY: 'secret',
    };
    expect(readWorkerConfig({ ...WORKER, ...elsewhere }).assets).toMatchObject({
      prefix: 'holdfast/assets',
      endpoint: 'http://minio:9000',
      region: 'eu-central-1',
      usesPathStyle: true,
      credentials: { accessKeyId: 'id', secretAccessKey: 'secret', sessionToken: null },
    });
    const hostStyle = { ...elsewhere, ASSET_STORE_PATH_STYLE: 'false' };
    expect(readApiConfig({ ...API, ...hostStyle }).assets).toMatchObject({ usesPathStyle: false });
  });

  test.each([
    ['ASSET_STORE', 'our-bucket'],
    ['ASSET_STORE', 's3://'],
    ['ASSET_STORE', 's3://Bucket'],
    ['ASSET_STORE', 's3://bucket/a b'],
    ['ASSET_STORE', 's3://bucket/a//b'],
    ['ASSET_STORE_ENDPOINT', 'minio:9000'],
    ['ASSET_STORE_PATH_STYLE', 'maybe'],
  ])('refuses %s=%s, and half a pair of keys', (name, value) => {
    expect(faultsOf(() => readApiConfig({ ...API, [name]: value }))).toEqual([name]);
    const half = { ASSET_STORE: 's3://bucket', AWS_ACCESS_KEY_ID: 'id' };
    expect(faultsOf(() => readApiConfig({ ...API, ...half }))).toEqual(['AWS_SECRET_ACCESS_KEY']);
  });

  describe('a secret', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-secrets-'));
    afterAll(() => {
      rmSync(folder, { recursive: true });
    });
    const bucket = { ...API, ASSET_STORE: 's3://bucket', AWS_ACCESS_KEY_ID: 'id' };
    const file = path.join(folder, 'secret');

    test('may be read from a file', () => {
      writeFileSync(file, 'from-a-file\n');
      expect(readApiConfig({ ...bucket, AWS_SECRET_ACCESS_KEY_FILE: file }).assets).toMatchObject({
        credentials: { secretAccessKey: 'from-a-file' },
      });
      expect(
        readApiConfig({ ...bucket, AWS_SECRET_ACCESS_KEY: 'here', AWS_SECRET_ACCESS_KEY_FILE: '' }).assets,
      ).toMatchObject({ credentials: { secretAccessKey: 'here' } });
    });

    test('is refused in two places, and in a file that cannot be read', () => {
      const both = { ...bucket, AWS_SECRET_ACCESS_KEY: 'here', AWS_SECRET_ACCESS_KEY_FILE: file };
      expect(faultsOf(() => readApiConfig(both))).toEqual(['AWS_SECRET_ACCESS_KEY_FILE']);
      const missing = { ...bucket, AWS_SECRET_ACCESS_KEY_FILE: path.join(folder, 'nowhere') };
      expect(faultsOf(() => readApiConfig(missing))).toEqual(['AWS_SECRET_ACCESS_KEY_FILE']);
      expect(() => readApiConfig(missing)).toThrow(/names a file that cannot be read/);
    });

    test('is in no message: where it stands in place of its file, in two places, or is not valid', () => {
      const misplaced = {
        FAL_KEY_FILE: 'planted-4711',
        OPENAI_API_KEY: 'planted-4711',
        OPENAI_API_KEY_FILE: file,
        GPU_SERVICE_API_KEY_FILE: folder,
        REPLICATE_API_TOKEN: 'planted 4711 \u0000',
      };
      const read = () => readWorkerConfig({ ...WORKER, ...misplaced });
      expect(faultsOf(read)).toEqual([
        'GPU_SERVICE_API_KEY_FILE',
        'OPENAI_API_KEY_FILE',
        'REPLICATE_API_TOKEN',
        'FAL_KEY_FILE',
      ]);
      expect(read).toThrow(/^(?![^]*(?:planted|from-a-file))/);
    });

    test('alone may be read from a file', () => {
      expect(faultsOf(() => readApiConfig({ ...API, ASSET_HOME: '', ASSET_HOME_FILE: file }))).toEqual([
        'ASSET_HOME',
      ]);
    });
  });

  test('has a version with a build id and a deployment name, and refuses one without the other', () => {
    const versioned = { ...WORKER, WORKER_BUILD_ID: 'abc', WORKER_DEPLOYMENT_NAME: 'holdfast' };
    expect(readWorkerConfig(versioned).version).toEqual({ buildId: 'abc', deploymentName: 'holdfast' });
    expect(faultsOf(() => readWorkerConfig({ ...WORKER, WORKER_BUILD_ID: 'abc' }))).toEqual([
      'WORKER_DEPLOYMENT_NAME',
    ]);
  });
});
