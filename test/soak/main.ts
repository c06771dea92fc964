import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import type { SoakReport } from './soak-check.ts';

type Options = {
  readonly size: number;
  readonly seconds: number | undefined;
  readonly seed: number;
  readonly progress: (line: string) => void;
};
type Soak = (options: Options) => Promise<{ readonly report: SoakReport; readonly text: string }>;

/** Of each part of the soak of the API. */
const API_SECONDS = 40;

/** Loaded when asked for: each starts servers of its own. */
const SOAKS: Readonly<
  Record<string, { readonly size: 'operations' | 'count' | null; readonly load: () => Promise<Soak> }>
> = {
  ledger: {
    size: 'operations',
    load: async () => {
      const { soakLedger } = await import('./ledger/soak-ledger.ts');
      const { showLedgerSoak } = await import('./ledger/ledger-soak-report.ts');
      return async ({ size, ...options }) => {
        const report = await soakLedger({ operations: size, ...options });
        return { report, text: showLedgerSoak(report) };
      };
    },
  },
  api: {
    size: null,
    load: async () => {
      const { showApiSoak, soakApi } = await import('./api/soak-api.ts');
      return async ({ seconds = API_SECONDS, ...options }) => {
        const report = await soakApi({ seconds, ...options });
        return { report, text: showApiSoak(report) };
      };
    },
  },
  jobs: {
    size: 'count',
    load: async () => {
      const { soakJobs } = await import('./jobs/soak-jobs.ts');
      const { showJobsSoak } = await import('./jobs/jobs-soak-report.ts');
      return async ({ size, ...options }) => {
        const report = await soakJobs({ count: size, ...options });
        return { report, text: showJobsSoak(report) };
      };
    },
  },
  away: {
    size: 'count',
    load: async () => {
      const { soakAway } = await import('./away/soak-away.ts');
      const { showAwaySoak } = await import('./away/away-soak-report.ts');
      return async ({ size, ...options }) => {
        const report = await soakAway({ count: size, ...options });
        return { report, text: showAwaySoak(report) };
      };
    },
  },
};

const USAGE =
  'usage: npm run soak -- ledger --operations <number> [--seed <number>] [--json]\n' +
  '       npm run soak -- jobs --count <number> [--seed <number>] [--json]\n' +
  '       npm run soak -- away --count <number> [--seconds <of its absence>] [--seed <number>] [--json]\n' +
  '       npm run soak -- api [--seconds <number>] [--json]';
const EXIT_CODE_MISUSE = 2;

/** Progress goes to stderr, the report to stdout; ends with 1 when anything that must hold does not. */
async function main(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      operations: { type: 'string' },
      count: { type: 'string' },
      // Of each of its parts.
      seconds: { type: 'string' },
      seed: { type: 'string', default: String(randomInt(2 ** 31)) },
      json: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  });
  const [name] = positionals;
  const chosen = name === undefined || positionals.length > 1 ? undefined : SOAKS[name];
  if (chosen === undefined) throw new TypeError(USAGE);
  const seconds = values.seconds === undefined ? undefined : Number(values.seconds);
  const size = chosen.size === null ? 1 : Number(values[chosen.size]);
  const seed = Number(values.seed);
  const isCount = (value: number) => Number.isSafeInteger(value) && value >= 1;
  if (!isCount(size) || !isCount(seconds ?? 1) || !Number.isSafeInteger(seed)) throw new TypeError(USAGE);
  const soak = await chosen.load();
  const { report, text } = await soak({
    size,
    seconds,
    seed,
    progress: (line) => process.stderr.write(`${line}\n`),
  });
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : text);
  if (report.checks.some((check) => check.violations > 0)) process.exitCode = 1;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const isMisuse = error instanceof TypeError && error.message === USAGE;
  process.stderr.write(
    `${isMisuse ? error.message : String(error instanceof Error ? error.stack : error)}\n`,
  );
  process.exitCode = isMisuse ? EXIT_CODE_MISUSE : 1;
});
