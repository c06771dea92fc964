import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiFixture, type ApiFixture, type TestAccount } from '../api-fixture.ts';
import { MAX_CREDITS_PER_CALL } from '../../../domain/credits/credits.ts';
import { runHoldfast } from './run-holdfast.ts';
import { untilCounted } from '../../harness/until-counted.ts';
import { deliver } from '../job-ending.ts';

let api: ApiFixture;
let mine: TestAccount;
let theirs: TestAccount;
beforeAll(async () => {
  api = await createApiFixture();
  mine = await api.openAccount();
  theirs = await api.openAccount();
});
afterAll(async () => {
  await api.expectReconciled();
  await api.close();
});

/** The command line, against the API of this test and its database. */
const holdfast = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runHoldfast(api, args, env);

const answerOf = async (...args: readonly string[]) => {
  const { code, stdout, stderr } = await holdfast([...args, '--json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Record<string, unknown>;
};

describe('an operator at the command line', () => {
  it('opens an account, grants and voids credits, sets a plan and limits, and each change is recorded', async () => {
    const account = await answerOf('account', 'open', '--name', 'Tidewell', '--reference', 'crm-7');
    const id = String(account['id']);
    expect(await answerOf('account', 'show', id)).toEqual(account);
    const why = ['--reason', 'card was stolen'];
    expect(await answerOf('account', 'freeze', id, ...why)).toEqual({ ...account, frozen: true });
    expect((await holdfast(['account', 'show', id])).stdout).toMatch(/Spending +refused: it is frozen/);
    expect(await answerOf('account', 'unfreeze', id, ...why)).toEqual(account);

    const topUp = ['grant', id, '--source', 'top_up', '--pack', 'small', '--reference', 'pi_1'];
    const grant = await answerOf(...topUp);
    expect(grant).toMatchObject({ source: 'top_up', amount: 1_000 });
    expect(await answerOf(...topUp)).toEqual(grant);
    expect((await holdfast(topUp)).stdout).toMatch(
      /^Given before .*, and not again: 1,000 credits of top_up/,
    );

    const voided = ['grant', 'void', String(grant['id']), '--reason', 'chargeback', '--account', id];
    expect(await answerOf(...voided)).toMatchObject({ voided: 1_000, not_recovered: 0 });

    const plan = await answerOf(
      'plan',
      'set',
      id,
      'starter',
      '--reference',
      'sub-1',
      '--renewal',
      'automatic',
    );
    expect(plan).toMatchObject({ plan: 'starter', renewal: 'automatic' });
    expect(await answerOf('plan', 'set', id, 'none', '--reference', 'sub-2')).toMatchObject({
      next_plan: null,
    });
    expect(await answerOf('plan', 'show', id)).toMatchObject({ plan: 'starter', next_plan: null });

    expect(await answerOf('limits', 'set', id, '--max-concurrent-jobs', '2', ...why)).toMatchObject({
      max_concurrent_jobs: 2,
    });
    expect(await answerOf('limits', 'set', id, '--low-balance-at', '9', ...why)).toMatchObject({
      max_concurrent_jobs: 2,
      low_balance_at: 9,
    });

    expect(await answerOf('balance', id)).toMatchObject({ account_id: id, available: 5_000 });
    const balance = (await holdfast(['balance', id])).stdout;
    expect(balance).toMatch(/Available +5,000\n/);
    expect(balance).toMatch(/sign_up +1,000 +0 +0/);
    // A plan that begins today counts from today on: it says so.
    expect(balance).toMatch(/Spent this period +0 since \d{4}-\d\d-\d\dT.*Z\n/);
    expect(await answerOf('statement', id)).toMatchObject({
      opening: 0,
      closing: 5_000,
      charged: 0,
      refunded: 0,
    });
    const month = new Date().toISOString().slice(0, 7);
    expect((await holdfast(['statement', id, '--month', month])).stdout).toMatch(
      new RegExp(`From +${month}-01T00:00:00.000Z\\n[^]*Charged +0\\nRefunded +0\\n`),
    );
    expect(await answerOf('statement', id, '--month', '2020-12')).toMatchObject({
      from: '2020-12-01T00:00:00.000Z',
      to: '2021-01-01T00:00:00.000Z',
      closing: 0,
    });
    const csv = (await holdfast(['statement', id, '--csv', '--from', '2020-01-01'])).stdout.split('\r\n');
    expect([csv[0]?.slice(0, 7), csv.length]).toEqual(['id,seq,', 1 + 4 + 1]);

    const { rows } = await api.owner.query<{ actor: string; action: string }>(
      'SELECT DISTINCT actor, action FROM ledger.operator_actions WHERE account_id = $1 ORDER BY action',
      [id],
    );
    expect(rows.map((row) => row.action)).toEqual([
      'freeze',
      'grant',
      'open_account',
      'set_limits',
      'set_plan',
      'unfreeze',
      'void_grant',
    ]);
    for (const { actor } of rows)
      expect(actor).toMatch(new RegExp(`^key:key_\\w+ \\(${os.userInfo().username}\\)$`));
  });

  it('finds a job by its id, and reads that a name is unknown', async () => {
    const { accountId } = await api.openAccount();
    const { jobId } = await api.admitJob(accountId, 'searched');
    expect(await answerOf('search', jobId)).toMatchObject({
      data: [{ type: 'job', id: jobId, account_id: accountId }],
    });
    expect((await holdfast(['search', jobId])).stdout).toMatch(
      new RegExp(`job +${jobId}\\n[^]*${accountId}`),
    );
    expect((await holdfast(['search', 'no such name'])).stdout).toBe('Nothing is called so.\n');
  });

  it('makes a portal session of an account, and revokes it', async () => {
    const { accountId } = await api.openAccount();
    const create = ['portal', 'session', 'create', accountId, '--can', 'read', 'quote'];
    const session = await answerOf(...create);
    expect(session).toMatchObject({ account_id: accountId, can: ['read', 'quote'] });
    const token = String(session['token']);
    expect((await api.call('/v1/balance', { key: token })).status).toBe(200);
    expect((await holdfast(create)).stdout).toMatch(/#token=hf_portal_/);
    const revoke = ['portal', 'session', 'revoke', accountId, String(session['id'])];
    expect((await holdfast(revoke)).stdout).toContain('refused within a second');
    await expect.poll(async () => (await api.call('/v1/balance', { key: token })).status).toBe(401);
    expect((await holdfast(['portal', 'session', 'revoke', accountId, 'nonsense'])).code).toBe(2);
  });

  it('sets the inviter and the price list of an account, and is refused an unknown list', async () => {
    const { accountId } = await api.openAccount();
    expect(await answerOf('account', 'refer', accountId, mine.accountId)).toEqual({
      inviter_id: mine.accountId,
      state: 'pending',
    });
    const why = ['--reason', 'contract 7'];
    expect((await holdfast(['account', 'price-list', accountId, 'none', ...why])).stdout).toMatch(
      /is priced by \w+, version 1\.\n/,
    );
    const unknown = await holdfast(['account', 'price-list', accountId, 'nonsense', ...why]);
    expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('/price_list')]);
  });

  it('lists, shows and decides the reviews of an account, and is refused another decision', async () => {
    const { jobId } = await api.admitJob(theirs.accountId, 'reported');
    const { outputId } = await deliver(api, theirs.accountId, jobId, Buffer.from('picture'));
    const report = { category: 'wrong_product', note: 'That is not our kettle.' };
    await api.call(`/v1/outputs/${outputId}/reports`, { key: theirs.key, body: report });

    const list = (await answerOf('review', 'list', '--account', theirs.accountId)) as {
      readonly data?: readonly { readonly id: string }[];
    };
    const id = list.data?.[0]?.id ?? '';
    expect((await holdfast(['review', 'list'])).stdout).toMatch(
      new RegExp(`wrong_product +open\n {2}${id} of ${theirs.accountId}`),
    );
    const file = path.join(api.home, 'reported.png');
    const shown = (await holdfast(['review', 'show', id, '--output', file])).stdout;
    expect(shown).toMatch(/Note +That is not our kettle\.\n/);
    expect(shown).toMatch(/ {2}headline +A kettle\n/);
    expect(shown).toMatch(/Charged +35 credits, 0 given back\n/);
    expect(await readFile(file, 'utf8')).toBe('picture');
    expect((await holdfast(['review', 'show', id, '--output', '-'])).stdout).toBe('picture');
    expect(await holdfast(['review', 'show', id, '--output', '-', '--json'])).toMatchObject({
      ...{ code: 2, stdout: '', stderr: expect.stringContaining('cannot be used') as string },
    });

    const refund = ['review', 'decide', id, 'refund', '--reason', 'wrong kettle'];
    expect(await answerOf(...refund)).toMatchObject({ state: 'decided', decision: 'refund' });
    expect((await holdfast(refund)).stdout).toMatch(/It had been decided so before/);
    expect(await answerOf('balance', theirs.accountId)).toMatchObject({ available: 1_000 });
    const denied = await holdfast(['review', 'decide', id, 'deny', '--reason', 'r']);
    expect([denied.code, denied.stderr]).toEqual([1, expect.stringMatching(/409 state_conflict/)]);
    expect((await holdfast(['review', 'decide', 'nonsense', 'deny', '--reason', 'r'])).code).toBe(2);
  });

  it('reads balances and a report of millions in lines of 80 columns', async () => {
    const { accountId } = await api.openAccount();
    const most = String(MAX_CREDITS_PER_CALL);
    for (const source of ['top_up', 'goodwill']) {
      await answerOf(
        'grant',
        accountId,
        '--source',
        source,
        '--credits',
        most,
        '--reason',
        'r',
        '--reference',
        source,
      );
    }
    expect(MAX_CREDITS_PER_CALL).toBeGreaterThan(9_999_999);
    // Each command's lines are measured as it runs.
    expect((await holdfast(['balance', accountId])).stdout).toContain(
      MAX_CREDITS_PER_CALL.toLocaleString('en-US'),
    );
    const month = new Date().toISOString().slice(0, 7);
    await untilCounted(api.worker);
    expect((await holdfast(['ledger', 'report', '--month', month])).stdout).toContain(
      MAX_CREDITS_PER_CALL.toLocaleString('en-US'),
    );
  });

  it('reads the ledger report of a month, whose total is the sum over its sources', async () => {
    const month = new Date().toISOString().slice(0, 7);
    await untilCounted(api.worker);
    const report = (await answerOf('ledger', 'report', '--month', month)) as unknown as {
      readonly data: readonly Record<string, number>[];
      readonly total: Record<string, number>;
    };
    const columns = ['opening', 'issued', 'spent', 'refunded', 'expired', 'voided', 'outstanding'] as const;
    for (const column of columns) {
      expect(report.total[column]).toBe(report.data.reduce((sum, row) => sum + (row[column] ?? 0), 0));
    }
    const { rows } = await api.owner.query<{ held: string }>(
      'SELECT sum(available + reserved) AS held FROM ledger.accounts',
    );
    expect(report.total['outstanding']).toBe(Number(rows[0]?.held));
    const { stdout } = await holdfast(['ledger', 'report', '--month', month]);
    expect(stdout).toMatch(/\n +(.* )?total\n/);
    const terms = ['opening', '+ issued', '− spent', '+ refunded', '− expired', '− voided', '= outstanding'];
    for (const term of terms) expect(stdout).toContain(`\n${term} `);
  });

  it('opens a test account with --mode test', async () => {
    const forTests = ['account', 'open', '--name', 'Trying', '--reference', 'crm-8', '--mode', 'test'];
    expect(await answerOf(...forTests)).toMatchObject({ mode: 'test', frozen: false });
  });
});

describe('a command that fails says what to do, without a stack trace', () => {
  const give = ['--source', 'goodwill', '--credits', '1', '--reason', 'r', '--reference', 'r'];
  const asKey = ['--name', 'n', '--scope', 'jobs:read'];
  it.each<[string, readonly string[], Readonly<Record<string, string>>, number, RegExp]>([
    ['no such account', ['balance', 'acct_nobody'], {}, 1, /There is no such account/],
    ['no such grant', ['grant', 'void', 'grant_x', '--reason', 'r'], {}, 1, /There is no such grant/],
    ['a refusal of the API', ['grant', 'acct_x', ...give], {}, 1, /There is no/],
    ['no id', ['balance', '..'], {}, 2, /account id: acct_/],
    ['no reason', ['grant', 'void', 'grant_x'], {}, 2, /--reason/],
    ['no reference', ['plan', 'set', 'acct_x', 'pro'], {}, 2, /--reference/],
    ['2^53', ['grant', 'acct_x', ...give, '--credits', '9007199254740992'], {}, 2, /whole number/],
    ['an unknown source', ['grant', 'acct_x', ...give, '--source', 'sign_up'], {}, 2, /Allowed choices/],
    ['no month', ['ledger', 'report', '--month', '2026-13'], {}, 2, /YYYY-MM/],
    ['CSV as JSON', ['statement', 'acct_x', '--csv', '--json'], {}, 2, /cannot be used/],
    [
      'a month and an end',
      ['statement', 'acct_x', '--month', '2026-01', '--to', '2026-02-01'],
      {},
      2,
      /cannot be used/,
    ],
    ['a key that is none', ['balance', 'acct_x'], { HOLDFAST_PLATFORM_KEY: 'x' }, 1, /HOLDFAST_PLATFORM_KEY/],
    ['half a target', ['balance', 'acct_x'], { HOLDFAST_API_URL: '' }, 2, /not set: HOLDFAST_API_URL \(/],
    [
      'no such account',
      ['balance', 'acct_x'],
      { HOLDFAST_API_URL: 'http://127.0.0.1:9' },
      1,
      /does not respond/,
    ],
    [
      'no stack',
      ['balance', 'acct_x'],
      { HOLDFAST_API_URL: '', HOLDFAST_PLATFORM_KEY: '' },
      3,
      /npm start, or set HOLDFAST_API_URL/,
    ],
    ['another database', ['reconcile'], { DATABASE_URL: 'postgres://x:y@127.0.0.1:9/z' }, 1, /DATABASE_URL/],
    [
      'no database',
      ['reconcile'],
      { DATABASE_URL: 'postgres://x:secret@127.0.0.1:9/z' },
      1,
      /reconcile: PostgreSQL at 127.0.0.1:9\/z: .*ECONNREFUSED.* DATABASE_URL/,
    ],
    [
      'a key for no account',
      ['key', 'create', ...asKey, '--account', 'acct_nobody'],
      {},
      1,
      /There is no account/,
    ],
    [
      'a name that cannot be seen',
      ['key', 'create', '--name', '\u200B', '--scope', 'admin'],
      {},
      2,
      /A name: At least one visible character/,
    ],
    ['an unknown command', ['nonsense'], {}, 2, /unknown command 'nonsense'/],
    ['an unknown option', ['balance', 'acct_x', '--nonsense'], {}, 2, /unknown option/],
    ['a clock at no time', ['account', 'clock', 'acct_x', '--advance-to', 'soon'], {}, 2, /RFC 3339/],
    ['no receiver', ['listen', '--forward-to', 'nonsense'], {}, 2, /--forward-to: not an address of http/],
    [
      'a receiver without its scheme',
      ['listen', '--forward-to', 'localhost:1/hook'],
      {},
      2,
      /not an address of http/,
    ],
    [
      'a receiver of another protocol',
      ['listen', '--forward-to', 'ftp://localhost:1'],
      {},
      2,
      /not an address of http/,
    ],
    ['no API', ['balance', 'acct_x'], { HOLDFAST_API_URL: 'nonsense' }, 2, /HOLDFAST_API_URL is not valid/],
    ['an unknown scope', ['key', 'create', '--name', 'n', '--scope', 'all'], {}, 2, /Allowed choices/],
  ])('%s', async (_name, args, env, code, words) => {
    const ended = await holdfast(args, env);
    expect([ended.code, ended.stdout]).toEqual([code, '']);
    expect(ended.stderr).toMatch(words);
    expect(ended.stderr).not.toMatch(/\n +at /);
  });

  it.each<[readonly string[], RegExp]>([
    [['grant'], /missing <account>, --source <source>, --reference <text>, and/],
    [['grant', 'acct_x'], /missing --source <source>, --reference <text>, and.* --credits, --pack, --reason/],
    [
      ['grant', 'acct_x', '--source', 'goodwill'],
      /missing --reference <text>, --credits <number> \(of goodwill\), --reason <text> \(of goodwill\)/,
    ],
    [
      ['grant', 'acct_x', '--source', 'top_up', '--reference', 'r'],
      /missing --credits <number> or --pack <name>/,
    ],
    [['account', 'open'], /missing --name <name>, --reference <text>/],
    [['plan', 'set'], /missing <account>, <plan>, --reference <text>/],
    [['limits', 'set', 'acct_x'], /missing --reason <text>, a limit/],
    [['job', 'restart'], /missing <job>, --reason <text>, --from-attempt <attempt>/],
    [['review', 'decide'], /missing <review>, <decision>, --reason <text>/],
    [['key', 'create'], /missing --name <name>, --scope <scope...>/],
  ])('and names everything that is missing at once: %j', async (args, words) => {
    const ended = await holdfast(args);
    expect([ended.code, ended.stdout]).toEqual([2, '']);
    expect(ended.stderr).toMatch(words);
  });

  it('and reconcile fails with a finding, which --json prints too', async () => {
    const { jobId } = await api.admitJob(mine.accountId, 'overdue');
    const reservation = `${jobId.replace('job_', 'rsv_')}_0`;
    const moveReturnBy = (by: string) =>
      api.owner.query('UPDATE ledger.reservations SET return_by = return_by + $2 WHERE reservation_id = $1', [
        ...[reservation, by],
      ]);
    await moveReturnBy('-1 day');
    const found = await holdfast(['reconcile']);
    const json = await holdfast(['reconcile', '--json']);
    await moveReturnBy('1 day');
    expect(found).toMatchObject({ code: 1, stdout: expect.stringContaining(reservation) as string });
    expect([json.code, JSON.parse(json.stdout)]).toEqual([
      1,
      { ok: false, findings: [expect.objectContaining({ subject: reservation })] },
    ]);
    expect((await holdfast(['reconcile'])).code).toBe(0);
  });

  it('and names the field that the API refuses', async () => {
    const { stderr } = await holdfast([
      ...['grant', mine.accountId, '--source', 'top_up', '--reference', 'r', '--credits', '0'],
    ]);
    expect(stderr).toMatch(/\/credits: At least 1/);
  });
});

describe('the command line with the key of an account', () => {
  it('prints the same of another account as of an unknown one, and changes nothing', async () => {
    const key = await api.createKey(mine.accountId, ['admin']);
    const everything = async () =>
      (
        await api.owner.query(
          `SELECT (SELECT to_jsonb(a) FROM ledger.accounts a WHERE account_id = $1) AS account,
                  (SELECT count(*) FROM ledger.entries WHERE account_id = $1) AS entries,
                  (SELECT count(*) FROM ledger.operator_actions WHERE account_id = $1) AS actions,
                  ledger.read_plan($1) AS plan, ledger.read_limits($1) AS limits`,
          [theirs.accountId],
        )
      ).rows;
    const before = await everything();
    const commands: readonly ((id: string) => readonly string[])[] = [
      (id) => ['account', 'show', id],
      (id) => ['balance', id],
      (id) => ['statement', id, '--csv'],
      (id) => ['plan', 'show', id],
      (id) => ['limits', 'show', id],
      (id) => ['grant', id, '--source', 'trial', '--reference', 'r'],
      (id) => ['plan', 'set', id, 'pro', '--reference', 'r'],
      (id) => ['limits', 'set', id, '--max-concurrent-jobs', '0', '--reason', 'r'],
    ];
    for (const command of commands) {
      const told = async (id: string) => {
        const ended = await holdfast(command(id), { HOLDFAST_PLATFORM_KEY: key });
        return { ...ended, stderr: ended.stderr.replaceAll(id, '<id>').replace(/request \w+/, '') };
      };
      const [answer, nobody] = await Promise.all([told(theirs.accountId), told('acct_nobody')]);
      expect(answer, command('').join(' ')).toEqual(nobody);
      expect([answer.code, answer.stdout]).toEqual([1, '']);
    }
    const grant = (await answerOf('balance', theirs.accountId))['grants'] as { readonly id: string }[];
    const voidIn = async (id: string) => {
      const args = ['grant', 'void', id, '--reason', 'r', '--account', mine.accountId];
      return (await holdfast(args)).stderr.replace(/request \w+/, '');
    };
    expect(await voidIn(grant[0]?.id ?? '')).toBe(await voidIn('grant_nobodys'));
    expect(await everything()).toEqual(before);
  });
});
