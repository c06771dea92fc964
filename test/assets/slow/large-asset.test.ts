import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, inject, test } from 'vitest';
import { inheritedEnvironment, WORKER_NODE_FLAGS } from '../../../dev/stack/node-child.ts';
import type { AssetStoreConfig } from '../../../runtime/settings/asset-store-config.ts';
import { makeTemporaryHome } from '../../harness/temporary-home.ts';
import { startS3Server } from '../../s3-server/start-s3-server.ts';

const MIB = 1024 * 1024;
const CONTENT_BYTES = 500 * MIB;
const MAX_GROWTH_BYTES = 64 * MIB;
const program = inject('s3Program');

async function putLarge(
  config: AssetStoreConfig,
): Promise<{ readonly read: number; readonly growth: number }> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      ...WORKER_NODE_FLAGS,
      ...['--import', 'tsx'],
      path.join(import.meta.dirname, '..', 'put-large.ts'),
      JSON.stringify(config),
      String(CONTENT_BYTES),
    ],
    { timeout: 110_000, env: inheritedEnvironment() },
  );
  return JSON.parse(stdout) as { read: number; growth: number };
}

test(
  'a file of 500 MiB passes a store on disk, and memory grows by 64 MiB at most',
  { timeout: 120_000 },
  async () => {
    const { home, remove } = await makeTemporaryHome('large');
    try {
      const { read, growth } = await putLarge({ kind: 'disk', home });
      expect(read).toBe(CONTENT_BYTES);
      expect(growth).toBeLessThan(MAX_GROWTH_BYTES);
    } finally {
      await remove();
    }
  },
);

test.skipIf(program === null)(
  'a file of 500 MiB passes a store in S3, and memory grows by 64 MiB at most',
  { timeout: 120_000 },
  async () => {
    const server = await startS3Server(program ?? '');
    try {
      const { read, growth } = await putLarge({ kind: 's3', ...(await server.makeBucket()) });
      expect(read).toBe(CONTENT_BYTES);
      expect(growth).toBeLessThan(MAX_GROWTH_BYTES);
    } finally {
      await server.stop();
    }
  },
);
