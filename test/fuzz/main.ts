import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startRunningStack, type RunningStack } from '../integration/running-stack.ts';
import { findPythonProgram } from './python-program.ts';

const SCHEMATHESIS = { name: 'schemathesis', version: '4.32.5' };
const USAGE = 'usage: npm run fuzz [-- --seconds <number>] [--seed <number>] [--examples <number>]';

/** The same cases as in the last run, so that a change is judged by what it changed. */
const DEFAULT_SEED = '1';

/** What a response is held against (schemathesis.toml says which refusals of what is valid are right). */
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'unsupported_method',
  'allow_header_conformance',
  'ignored_auth',
  'missing_required_header',
  'negative_data_rejection',
  'positive_data_acceptance',
  'use_after_free',
];

/** Call by call, and along the document's links: each has its share of the time, or the one that comes last would have none of a short run. */
const PASSES = [
  { phases: 'examples,coverage,fuzzing', share: 0.6 },
  { phases: 'stateful', share: 0.4 },
] as const;

/** Whose key the cases are sent with. */
type Sender = {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly checks: readonly string[];
};

/**
 * Sends generated requests to a stack of its own, by what its document says: with the key of an account, and with that of the platform; call
 * by call, and along the document's links. Ends with 1 when a response is a 5xx or is not as the document says.
 */
async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '60' },
      examples: { type: 'string' },
      seed: { type: 'string', default: DEFAULT_SEED },
    },
  });
  const [seconds, seed] = [Number(values.seconds), Number(values.seed)];
  if (!Number.isSafeInteger(seconds) || seconds < 2 || !Number.isSafeInteger(seed))
    throw new TypeError(USAGE);
  const found = await findPythonProgram(SCHEMATHESIS);
  if (found.program === null) {
    process.stdout.write(`SKIPPED: the document is not fuzzed. ${found.why}\n`);
    return;
  }
  const running = await startRunningStack(0, { apiEnv: { RATE_LIMITS: LIMITS } });
  try {
    const { api_url: url, account_key, platform_key } = running.stack.info();
    const own = await running.call('GET', '/v1/balance', {
      headers: { authorization: `Bearer ${account_key}` },
    });
    // Named by every request: of a generated account there is nothing but 403 and 404. And rich, so that jobs are admitted.
    const accounts = [String(own.body.account_id), await running.openAccount()] as const;
    for (const account of accounts) await enrich(running, account);
    const senders: readonly Sender[] = [
      {
        name: 'account',
        headers: { Authorization: `Bearer ${account_key}`, 'Holdfast-Account': accounts[0] },
        checks: [...CHECKS, 'ensure_resource_availability'],
      },
      {
        name: 'platform',
        headers: {
          Authorization: `Bearer ${platform_key}`,
          'Holdfast-Account': accounts[1],
        },
        // It opens accounts, and acts for another: those are not there for it.
        checks: CHECKS,
      },
    ];
    let cases = 0;
    for (const [sender, pass] of senders.flatMap((one) => PASSES.map((pass) => [one, pass] as const))) {
      const result = await fuzz(found.program, {
        ...{ url, home: running.home, sender, seed, examples: values.examples, phases: pass.phases },
        seconds: Math.max(1, Math.floor((seconds * pass.share) / senders.length)),
      });
      cases += result.cases;
      if (result.exitCode !== 0) process.exitCode = 1;
    }
    const broken = await running.reconcile();
    if (broken.length > 0) process.exitCode = 1;
    process.stdout.write(
      `fuzz: ${String(cases)} cases, seed ${String(seed)}; the ledger's checks found ${String(broken.length)} faults\n`,
    );
  } finally {
    await running.close();
  }
}

/** Of several grants: a link goes from the balance to the call that voids one. */
const GRANTS = 20;

async function enrich(running: RunningStack, account: string): Promise<void> {
  for (let nth = 0; nth < GRANTS; nth++) {
    await running.call('POST', `/v1/accounts/${account}/grants`, {
      body: { source: 'top_up', credits: 100_000_000, reference: `fuzz-${account}-${String(nth)}` },
    });
  }
}

/** More than one sender reaches: limits have tests of their own. */
const LIMITS = ['key', 'platform_key', 'account', 'sums', 'address', 'sign_in']
  .map((name) => `${name} per_second=100000 burst=100000`)
  .join(', ');

async function fuzz(
  program: string,
  options: {
    readonly url: string;
    readonly home: string;
    readonly sender: Sender;
    readonly phases: string;
    readonly seconds: number;
    readonly seed: number;
    readonly examples: string | undefined;
  },
): Promise<{ readonly cases: number; readonly exitCode: number }> {
  const { url, home, sender, phases, seconds, seed, examples } = options;
  const child = spawn(
    program,
    [
      ...['--config-file', path.join(import.meta.dirname, 'schemathesis.toml')],
      'run',
      `${url}/openapi.json`,
      ...[
        '--phases',
        phases,
        '--max-time',
        String(seconds),
        '--seed',
        String(seed),
        '--checks',
        sender.checks.join(','),
      ],
      // How soon a case is made up says more of the machine than of the document.
      ...['--suppress-health-check', 'too_slow'],
      ...['--continue-on-failure', '--warnings', 'off', '--request-timeout', '20'],
      ...(examples === undefined ? [] : ['--max-examples', examples]),
      // A stream ends with its job, and a wait with a minute: neither is a case.
      ...Object.entries(sender.headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]),
    ],
    // It keeps what it has found in the folder that it runs in.
    { cwd: home, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
    process.stderr.write(part);
  });
  const [exitCode] = (await once(child, 'close')) as [number | null];
  const [, cases = '0'] = /([\d,]+) generated/.exec(text) ?? [];
  return { cases: Number(cases.replaceAll(',', '')), exitCode: exitCode ?? 1 };
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${String(error instanceof Error ? error.stack : error)}\n`);
  process.exitCode = 1;
});
