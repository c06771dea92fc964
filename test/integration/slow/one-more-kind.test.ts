import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startRunningStack, type RunningStack } from '../running-stack.ts';

const FILE = path.join(import.meta.dirname, '../../../examples/catalogues/one-more-kind/one-more-kind.mjs');
const MAX_LINES = 60;

let running: RunningStack;
beforeAll(async () => {
  running = await startRunningStack(0, { cataloguePath: FILE });
});
afterAll(async () => {
  expect(await running.reconcile()).toEqual([]);
  await running.close();
});

it('a kind with its price and a model is one file of under 60 lines, and a job of it is delivered', async () => {
  expect(readFileSync(FILE, 'utf8').split('\n').length).toBeLessThan(MAX_LINES);
  const account = await running.openAccount();
  const menu = { kind: 'menu_card', title: 'Soups', lines: 12 };
  const quote = await running.call('POST', '/v1/quotes', { account, body: menu });
  expect(quote.body).toMatchObject({ total: 32, lines: [{ kind: 'menu_card', unit_credits: 32 }] });

  const submitted = await running.submit(account, { ...menu, quote_id: quote.body.id as string });
  const job = await running.untilEnded(account, submitted.body.id as string);
  expect(job).toMatchObject({
    kind: 'menu_card',
    state: 'succeeded',
    billing: { quoted: 32, committed: 32, returned: 0 },
    outputs: [{ state: 'succeeded', content_type: 'image/png' }],
  });
  const listed = await running.call('GET', '/v1/jobs?kind=menu_card', { account });
  expect(listed.body.data).toHaveLength(1);

  // What was there before is as it was.
  const ad = { kind: 'static_ad', brief: { headline: 'Soup' } };
  const other = await running.submit(account, ad);
  expect((await running.untilEnded(account, other.body.id as string)) as object).toMatchObject({
    state: 'succeeded',
    billing: { committed: 35 },
  });
});
