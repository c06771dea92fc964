import { parseArgs } from 'node:util';
import { showReport } from './show-report.ts';
import type { BenchReport } from './bench-report.ts';

type Bench = (progress: (line: string) => void) => Promise<BenchReport>;

/** Loaded when asked for: each starts servers of its own. */
const BENCHES: Readonly<Record<string, () => Promise<Bench>>> = {
  ledger: async () => (await import('./ledger/bench-ledger.ts')).benchLedger,
  jobs: async () => (await import('./jobs/bench-jobs.ts')).benchJobs,
};

const USAGE = `usage: npm run bench -- <${Object.keys(BENCHES).join(' | ')}> [--json]`;
const EXIT_CODE_MISUSE = 2;

/** Progress goes to stderr, the report to stdout. */
async function main(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { json: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const [name] = positionals;
  const load = name === undefined || positionals.length > 1 ? undefined : BENCHES[name];
  if (load === undefined) throw new TypeError(USAGE);
  const bench = await load();
  const report = await bench((line) => process.stderr.write(`${line}\n`));
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : showReport(report));
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const isMisuse = error instanceof TypeError;
  process.stderr.write(
    `${isMisuse ? error.message : String(error instanceof Error ? error.stack : error)}\n`,
  );
  process.exitCode = isMisuse ? EXIT_CODE_MISUSE : 1;
});
