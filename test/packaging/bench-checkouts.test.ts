import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clientFileOf } from '../bench/jobs/checkout-client.ts';

let checkout: string;
beforeAll(async () => {
  checkout = await mkdtemp(path.join(tmpdir(), 'holdfast-checkout-'));
});
afterAll(() => rm(checkout, { recursive: true }));

test('an older checkout is compared with by the client it has; one without a client or packages is refused', async () => {
  expect(() => clientFileOf(checkout)).toThrow(/cannot be compared with: it has none of .* oldest commit/);
  await mkdir(path.join(checkout, 'client'));
  await writeFile(path.join(checkout, 'client', 'holdfast-client.ts'), '');
  expect(() => clientFileOf(checkout)).toThrow(/no node_modules/);
  await mkdir(path.join(checkout, 'node_modules'));
  expect(clientFileOf(checkout)).toBe('client/holdfast-client.ts');
  expect(clientFileOf(path.join(import.meta.dirname, '..', '..'))).toBe('client/temporal-client.ts');
});
