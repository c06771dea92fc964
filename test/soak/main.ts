import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { showReport } from './show-report.ts';
import type { SoakReport } from './soak-report.ts';

type Soak = (options: {
  readonly operations: number;
  readonly seed: number;
  readonly progress: (line: string) => void;
}) => Promise<SoakReport>;

/** Loaded when asked for: each starts a server of its own. */
const SOAKS: Readonly<Record<string, () => Promise<Soak>>> = {
  ledger: async () => (await import('./ledger/soak-ledger.ts')).soakLedger,
};

const USAGE = `usage: npm run soak -- <${Object.keys(SOAKS).join(' | ')}> --operations <number> [--seed <number>] [--json]`;
const EXIT_CODE_MISUSE = 2;

/** Progress goes to stderr, the report to stdout; ends with 1 when anything that must hold does not. */
async function main(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      operations: { type: 'string' },
      seed: { type: 'string', default: String(randomInt(2 ** 31)) },
      json: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  });
  const [name] = positionals;
  const load = name === undefined || positionals.length > 1 ? undefined : SOAKS[name];
  const [operations, seed] = [Number(values.operations), Number(values.seed)];
  const isNumbers = Number.isSafeInteger(operations) && operations > 0 && Number.isSafeInteger(seed);
  if (load === undefined || !isNumbers) throw new TypeError(USAGE);
  const soak = await load();
  const report = await soak({ operations, seed, progress: (line) => process.stderr.write(`${line}\n`) });
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : showReport(report));
  if (report.checks.some((check) => check.violations > 0)) process.exitCode = 1;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const isMisuse = error instanceof TypeError && error.message === USAGE;
  process.stderr.write(
    `${isMisuse ? error.message : String(error instanceof Error ? error.stack : error)}\n`,
  );
  process.exitCode = isMisuse ? EXIT_CODE_MISUSE : 1;
});
