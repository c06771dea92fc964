import { expect, test } from 'vitest';
import { assetStoreReadiness } from '../../../runtime/readiness.ts';

test('the asset store is asked twice a minute while it works and at every probe while it does not, for 2 s at most', async () => {
  let now = 1_000_000;
  let fault: { readonly message: string } | null = null;
  let asked = 0;
  const readiness = assetStoreReadiness(
    () => {
      asked += 1;
      return fault?.message === 'silent' ? new Promise(() => undefined) : Promise.resolve(fault);
    },
    () => now,
  );
  for (let second = 0; second < 60; second += 5, now += 5_000) expect(await readiness()).toEqual([]);
  expect(asked).toBe(2);
  fault = { message: 'There is no such bucket.' };
  expect(await readiness()).toEqual(['There is no such bucket.']);
  expect(await readiness()).toEqual(['There is no such bucket.']);
  expect(asked).toBe(4);
  fault = { message: 'silent' };
  expect(await readiness()).toEqual(['The asset store did not respond within 2000 ms.']);
  fault = null;
  expect(await readiness()).toEqual([]);
});
