import { parseArgs } from 'node:util';
import { MUTANTS } from './mutants.ts';
import { copyCheckout, runMutant, runTests, type Mutant } from './run-mutant.ts';

const USAGE = 'usage: npm run mutants -- [--only <part of a name>] [--part <n>/<of>] [--json]';
const EXIT_CODE_MISUSE = 2;

type Verdict = { readonly name: string; readonly seconds: number; readonly caughtBy: string | null };

/**
 * Plants each fault in a copy of the checkout and runs the tests that must see it. Progress goes to stderr, the table to
 * stdout; ends with 1 when a fault was not seen.
 */
async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', default: '' },
      part: { type: 'string', default: '1/1' },
      json: { type: 'boolean', default: false },
    },
  });
  const named = MUTANTS.filter((mutant) => mutant.name.includes(values.only));
  const chosen = named.slice(...boundsOf(values.part, named.length));
  if (chosen.length === 0) throw new TypeError(`no mutant is called "${values.only}"\n${USAGE}`);
  const { root, remove } = await copyCheckout();
  try {
    await expectSound(root, chosen);
    const verdicts: Verdict[] = [];
    for (const [index, mutant] of chosen.entries()) {
      const startedAt = Date.now();
      const { failed } = await runMutant(root, mutant);
      const verdict = {
        name: mutant.name,
        seconds: (Date.now() - startedAt) / 1_000,
        caughtBy: failed[0] ?? null,
      };
      verdicts.push(verdict);
      process.stderr.write(`${String(index + 1)}/${String(chosen.length)} ${show(verdict)}\n`);
    }
    const missed = verdicts.filter((verdict) => verdict.caughtBy === null).length;
    process.stdout.write(
      values.json
        ? `${JSON.stringify({ mutants: verdicts, missed })}\n`
        : `${verdicts.map(show).join('\n')}\n${String(verdicts.length - missed)} of ${String(verdicts.length)} caught\n`,
    );
    if (missed > 0) process.exitCode = 1;
  } finally {
    await remove();
  }
}

/** Where the nth of so many parts begins and ends: a run in pieces, each of which ends in minutes. */
function boundsOf(part: string, count: number): [start: number, end: number] {
  const [, n, of] = /^([1-9]\d*)\/([1-9]\d*)$/.exec(part) ?? [];
  if (n === undefined || Number(n) > Number(of)) throw new TypeError(`"${part}" is no part\n${USAGE}`);
  return [Math.floor(((Number(n) - 1) * count) / Number(of)), Math.floor((Number(n) * count) / Number(of))];
}

/** A test that fails without any fault proves nothing: each must pass in the untouched copy first. */
async function expectSound(root: string, mutants: readonly Mutant[]): Promise<void> {
  for (const tier of new Set(mutants.map((mutant) => mutant.tests[0]))) {
    const files = new Set(
      mutants.filter((mutant) => mutant.tests[0] === tier).flatMap((mutant) => mutant.tests.slice(1)),
    );
    process.stderr.write(`without a fault: ${tier} …\n`);
    const { failed } = await runTests(root, [tier, ...files]);
    if (failed.length > 0) throw new Error(`these fail without any fault:\n${failed.join('\n')}`);
  }
}

function show(verdict: Verdict): string {
  return `${verdict.caughtBy === null ? 'MISSED' : 'caught'}  ${verdict.name.padEnd(58)} ${verdict.seconds.toFixed(1).padStart(6)} s  ${verdict.caughtBy ?? ''}`;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof TypeError ? EXIT_CODE_MISUSE : 1;
});
