import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { CommandContext } from '../../../cli/command-context.ts';
import { createProgram, runProgram } from '../../../cli/program/command-line.ts';
import { addOperatorCommands } from '../../../cli/program/operator-commands.ts';
import type { Call } from '../../../contract/call.ts';
import { CALLS } from '../../../contract/calls.ts';
import { createDevProgram } from '../../../dev/dev-commands.ts';
import { readDevConfig } from '../../../dev/dev-config.ts';
import { json, problem, scriptedApi } from '../http-client/scripted-api.ts';
import { CALLS_WITHOUT_CLIENT } from '../../harness/calls-without-client.ts';

const ACCOUNT = 'acct_1';
const JOB = `job_${'a'.repeat(26)}`;
const OUTPUT = `out_${'a'.repeat(26)}_0`;
const [GRANT, KEY, REVIEW] = ['grant_1', `key_${'0'.repeat(20)}`, `rev_${'a'.repeat(26)}_0_1`];
const [PORTAL, ENDPOINT, DELIVERY] = [`portal_${'0'.repeat(20)}`, 'we_1', 'evt_1'];

/** A command that sends the call, or why there is none. */
type Sent = readonly string[] | string;

const BROWSER = 'a browser signs in and out';
const WHY = ['--reason', 'because'];
const OF = ['--account', ACCOUNT];

/** The command of each call: a call without one does not compile. */
const COMMANDS: Readonly<Record<keyof typeof CALLS, Sent>> = {
  quote: ['job', 'quote', 'BODY', ...OF],
  submitJob: ['job', 'submit', 'BODY', ...OF],
  listJobs: ['job', 'list', ...OF],
  readJob: ['job', 'download', JOB, ...OF],
  readJobEvents: ['job', 'watch', JOB, ...OF],
  cancelJob: ['job', 'cancel', JOB, ...OF],
  readOutput: ['output', 'show', OUTPUT, ...OF],
  readOutputContent: ['job', 'download', JOB, ...OF, '--output', 'FOLDER'],
  listReferences: 'for the page on which support decides: `job inspect` has their addresses',
  readReferenceContent: 'for that page',
  linkOutput: ['output', 'link', OUTPUT, ...OF],
  readLinkedContent: 'followed by the person who has the link, in a browser or by curl',
  reportOutput: 'the customer’s word on what they bought; support decides on it by `review decide`',
  listReviews: ['review', 'list'],
  readReview: ['review', 'show', REVIEW],
  decideReview: ['review', 'decide', REVIEW, 'refund', ...WHY],
  readBalance: ['balance', ACCOUNT],
  readBalanceDays: 'for the chart of a page: `statement` has opening and closing of any range',
  listEntries: '`statement --csv` prints the same rows',
  readHistory: 'for a page: `statement --csv` has the rows and `job list` the jobs',
  readUsage: 'for the chart of a page: `statement` has the sums',
  readStatement: ['statement', ACCOUNT],
  readEstimate: 'for a page: `balance` says what the balance buys',
  readCatalogue: ['trigger', 'job.failed', ...OF],
  spend: 'metered use, which the product of the customer reports as it happens',
  openAccount: ['account', 'open', '--name', 'Tidewell', '--reference', 'crm-7'],
  readAccount: ['account', 'show', ACCOUNT],
  grantCredits: ['grant', ACCOUNT, '--source', 'trial', '--reference', 'r'],
  voidGrant: ['grant', 'void', GRANT, ...WHY],
  setPlan: ['plan', 'set', ACCOUNT, 'pro', '--reference', 'r'],
  readPlan: ['plan', 'show', ACCOUNT],
  advanceClock: ['account', 'clock', ACCOUNT, '--advance-to', '2030-01-01T00:00:00Z'],
  readClock: ['account', 'clock', ACCOUNT],
  setPriceList: ['account', 'price-list', ACCOUNT, 'partners', ...WHY],
  freezeAccount: ['account', 'freeze', ACCOUNT, ...WHY],
  unfreezeAccount: ['account', 'unfreeze', ACCOUNT, ...WHY],
  refer: ['account', 'refer', ACCOUNT, 'acct_2'],
  setLimits: ['limits', 'set', ACCOUNT, '--low-balance-at', '9', ...WHY],
  readLimits: ['limits', 'show', ACCOUNT],
  listSpenders: 'for the page of an account: `limits show` has the caps',
  listAccountActions: ['account', 'actions', ACCOUNT],
  createKey: '`key create` makes it in PostgreSQL, as no key can make the first one',
  listKeys: ['key', 'list'],
  revokeKey: ['key', 'revoke', KEY, ...WHY],
  rotateKey: ['key', 'rotate', KEY, ...WHY],
  createPortalSession: ['portal', 'session', 'create', ACCOUNT],
  readPortalSession: 'for the page that holds the token',
  revokePortalSession: ['portal', 'session', 'revoke', ACCOUNT, PORTAL],
  createConsoleSession: BROWSER,
  readConsoleSession: BROWSER,
  endConsoleSession: BROWSER,
  listEvents: ['events', ACCOUNT],
  createWebhookEndpoint: [
    'webhook',
    'create',
    ACCOUNT,
    '--url',
    'https://a.example',
    '--event',
    'job.failed',
  ],
  listWebhookEndpoints: ['webhook', 'list', ACCOUNT],
  readWebhookEndpoint: '`webhook list` shows each whole; an account has twenty at most',
  updateWebhookEndpoint: ['webhook', 'update', ACCOUNT, ENDPOINT, '--disable'],
  deleteWebhookEndpoint: ['webhook', 'delete', ACCOUNT, ENDPOINT],
  rotateWebhookSecret: ['webhook', 'rotate', ACCOUNT, ENDPOINT],
  listWebhookDeliveries: ['webhook', 'deliveries', ACCOUNT, ENDPOINT],
  resendWebhookDelivery: ['webhook', 'resend', ACCOUNT, ENDPOINT, '--delivery', DELIVERY],
  resendWebhooks: ['webhook', 'resend', ACCOUNT, ENDPOINT, '--since', '2026-01-01T00:00:00Z'],
  releaseJob: ['job', 'release', JOB, ...OF, ...WHY],
  refundJob: ['job', 'refund', JOB, ...OF, ...WHY],
  extendJob: ['job', 'extend', JOB, ...OF, ...WHY, '--until', '+2h'],
  restartJob: ['job', 'restart', JOB, ...OF, ...WHY, '--from-attempt', '1'],
  resolveJob: ['job', 'resolve', JOB, ...OF, ...WHY, '--outcome', 'ran'],
  inspectJob: ['job', 'inspect', JOB],
  listModels: ['models'],
  readAttention:
    'for the first page of the console: at a terminal `repairs`, `models` and `job list` have it',
  listRepairs: ['repairs'],
  search: ['search', 'Tidewell'],
  readCosts: ['costs', 'show'],
  readLedgerReport: ['ledger', 'report', '--month', '2026-01'],
  readLedgerChecks: ['ledger', 'checks'],
  listUnknownBills: ['costs', 'show'],
  ...CALLS_WITHOUT_CLIENT,
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'every-command-'));
  await writeFile(
    path.join(folder, 'body.json'),
    JSON.stringify({ kind: 'static_ad', brief: { headline: 'A kettle' } }),
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));
afterEach(() => vi.restoreAllMocks());

/** As much of every response as lets a command of two calls come to its second one. */
const ANSWER = {
  ...{ data: [], next_cursor: null, id: JOB, account_id: ACCOUNT, state: 'ready', month: '2026-01' },
  ...{ models: [], totals: {}, kinds: [], mode: 'test', applies: {} },
  outputs: [
    {
      ...{ id: OUTPUT, item: 0, variation: 0, state: 'succeeded' },
      ...{ content_type: 'image/png', sha256: 'f00d', content_url: `/v1/outputs/${OUTPUT}/content` },
    },
  ],
};

const contextOf = (url: string): CommandContext => ({
  ...{ program: 'holdfast', actor: 'Ada', now: Date.now, whenApiIsAway: 'It is away.' },
  api: () => Promise.resolve({ url, key: 'hf_live_x' }),
  databaseUrl: () => Promise.reject(new Error('no database is asked')),
  falBilling: () => ({ url, key: 'fal' }),
});

/** Every path that one command asks for, and what it prints as JSON. */
async function runAsJson(command: readonly string[]) {
  let stdout = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    stdout += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const api = await scriptedApi((response, request) => {
    // A refusal ends a command at once, where an odd stream or a download that is cut short would be tried again.
    const isRead = request.headers.accept === undefined || request.headers.accept.includes('json');
    (isRead && !request.path.endsWith('/content') ? json(ANSWER) : problem('not_found'))(response, request);
  });
  const context = contextOf(api.url);
  const args = command.map((word) =>
    word === 'BODY' ? path.join(folder, 'body.json') : word === 'FOLDER' ? folder : word,
  );
  try {
    await runProgram([...args, '--json'], () => operatorProgram(context));
  } finally {
    await api.close();
  }
  return { stdout, asked: api.arrived.map((one) => `${one.method} ${one.path.split('?')[0] ?? ''}`) };
}

function operatorProgram(context: CommandContext): Command {
  const program = createProgram('holdfast', '');
  addOperatorCommands(program, context);
  return program;
}

const leavesOf = (command: Command): readonly Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap((one) => leavesOf(one));

/** What comes as a stream or a file is refused here, so a command that needs one prints nothing; an empty list has no lines. */
const PRINTS_NOTHING: ReadonlySet<string> = new Set([
  ...['readJobEvents', 'readCatalogue', 'listEvents', 'readJob', 'readOutputContent'],
]);

const calls: Readonly<Record<string, Call>> = CALLS;
const sent = Object.entries(COMMANDS).filter(
  (one): one is [string, readonly string[]] => typeof one[1] !== 'string',
);

/** As a path is asked for: each of its parameters stands for one segment. */
function matcherOf({ method, path: declared }: Call): RegExp {
  return new RegExp(`^${method.toUpperCase()} ${declared.replaceAll(/:\w+/g, '[^/]+')}$`);
}

test.each(sent)(
  'the call %s is sent by the command holdfast %s, whose --json is one value',
  async (name, command) => {
    const { asked, stdout } = await runAsJson(command);
    const call = calls[name];
    expect(
      asked.filter((one) => call !== undefined && matcherOf(call).test(one)),
      asked.join(', '),
    ).not.toEqual([]);
    if (PRINTS_NOTHING.has(name)) expect(stdout).toBe('');
    else expect(JSON.parse(stdout)).toEqual(expect.any(Object));
  },
);

test('a reason for having no command names commands that exist', () => {
  const program = operatorProgram(contextOf('http://127.0.0.1:1'));
  const reasons = Object.values(COMMANDS).filter((one) => typeof one === 'string');
  for (const [named, command = ''] of reasons.flatMap((why) => [
    ...why.matchAll(/`([a-z -]+?)(?: --\w+)?`/g),
  ])) {
    let at = program.commands;
    for (const word of command.split(' ')) {
      const found = at.find((one) => one.name() === word);
      expect(found, named).toBeDefined();
      at = found?.commands ?? [];
    }
  }
});

test('every command takes --json, but for the one that prints a script of a shell', () => {
  const program = createDevProgram(readDevConfig({}));
  const without = leavesOf(program).filter(({ options }) => !options.some(({ long }) => long === '--json'));
  expect(without.map((command) => command.name())).toEqual(['completion']);
});
