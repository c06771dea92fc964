import { afterAll, beforeAll, expect, it } from 'vitest';
import { createApiFixture, type ApiFixture } from '../api-fixture.ts';
import { runHoldfast } from './run-holdfast.ts';

let api: ApiFixture;
beforeAll(async () => {
  api = await createApiFixture();
});
afterAll(() => api.close());

it('the key commands list, rotate and revoke the keys of an account, and record who did it and why', async () => {
  const { accountId, key } = await api.openAccount();
  const holdfast = (...args: readonly string[]) => runHoldfast(api, ['key', ...args]);
  const list = async () =>
    JSON.parse((await holdfast('list', '--account', accountId, '--json')).stdout) as {
      data: { id: string; revoked_at: string | null }[];
    };
  const id = (await list()).data[0]!.id;
  expect((await holdfast('list', '--account', accountId)).stdout).toMatch(
    new RegExp(`live +${id}\n +test\n`),
  );

  const rotate = ['rotate', id, '--reason', 'yearly', '--reference', 'r1', '--json'];
  const next = JSON.parse((await holdfast(...rotate)).stdout) as { id: string; secret: string };
  expect((await api.call('/v1/jobs', { key: next.secret })).status).toBe(200);
  expect((await api.call('/v1/jobs', { key })).status).toBe(200);
  expect(JSON.parse((await holdfast(...rotate)).stdout)).toMatchObject({ id: next.id, secret: null });

  expect((await holdfast('revoke', next.id, '--reason', 'leaked')).stdout).toContain(
    'refused within a second',
  );
  expect((await list()).data.find((one) => one.id === next.id)?.revoked_at).toEqual(expect.any(String));
  const { rows } = await api.owner.query<{ action: string; reason: string; actor: string }>(
    `SELECT action, reason, actor FROM ledger.operator_actions WHERE account_id = $1 AND action LIKE '%key'
     ORDER BY action_id`,
    [accountId],
  );
  expect(rows.slice(-1)).toMatchObject([{ action: 'revoke_key', reason: 'leaked' }]);
  expect(rows.at(-1)?.actor).toMatch(/^key:key_\w+ \(.+\)$/);
  expect((await holdfast('revoke', 'nonsense', '--reason', 'r')).code).toBe(2);
});
