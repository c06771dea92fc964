import { parseArgs } from 'node:util';
import { exitCodeOf, type BenchReport } from './bench-report.ts';
import { showReport } from './show-report.ts';

type Options = {
  /** Entries there are, of the growth benchmark. */
  readonly sizes?: readonly number[] | undefined;
  /** The folder of another checkout. */
  readonly against?: string | undefined;
  /** Of the benchmark of following: how many, and how long each takes. */
  readonly count?: number | undefined;
  readonly seconds?: number | undefined;
};

type Bench = (progress: (line: string) => void, options: Options) => Promise<BenchReport>;

/** Loaded when asked for: each starts servers of its own. */
const BENCHES: Readonly<Record<string, () => Promise<Bench>>> = {
  ledger: async () => (await import('./ledger/bench-ledger.ts')).benchLedger,
  'ledger --growth': async () => {
    const { benchGrowth } = await import('./ledger/bench-growth.ts');
    return (progress, { sizes }) => benchGrowth(progress, sizes);
  },
  'ledger --grants': async () => (await import('./ledger/bench-grants.ts')).benchGrants,
  'ledger --profile': async () => (await import('./ledger/bench-profile.ts')).benchProfile,
  console: async () => (await import('./console/bench-console.ts')).benchConsole,
  'console --lists': async () => (await import('./console/bench-console.ts')).benchLists,
  api: async () => (await import('./api/bench-api.ts')).benchApi,
  streams: async () => (await import('./streams/bench-streams.ts')).benchStreams,
  jobs: async () => (await import('./jobs/bench-jobs.ts')).benchJobs,
  'jobs --against': async () => {
    const { benchAgainst } = await import('./jobs/bench-against.ts');
    return (progress, { against = '', count }) => benchAgainst(progress, against, count);
  },
  following: async () => {
    const { benchFollowing } = await import('./following/bench-following.ts');
    return (progress, { count, seconds }) =>
      benchFollowing(progress, { jobs: count, runMs: seconds === undefined ? undefined : seconds * 1_000 });
  },
};

const USAGE = `usage: npm run bench -- <${Object.keys(BENCHES).join(' | ')}> [--sizes <entries,…>] [--count <jobs>] [--seconds <of each>] [--json]; --against takes the folder of another checkout`;
const EXIT_CODE_MISUSE = 2;

/** Progress goes to stderr, the report to stdout. */
async function main(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      growth: { type: 'boolean', default: false },
      grants: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      lists: { type: 'boolean', default: false },
      sizes: { type: 'string' },
      count: { type: 'string' },
      seconds: { type: 'string' },
      against: { type: 'string' },
    },
    allowPositionals: true,
  });
  const [name] = positionals;
  const parts = [
    ...(['growth', 'grants', 'profile', 'lists'] as const).filter((part) => values[part]),
    ...(values.against === undefined ? [] : ['against']),
  ];
  const part = parts.map((chosen) => ` --${chosen}`).join('');
  const load = name === undefined || positionals.length > 1 ? undefined : BENCHES[`${name}${part}`];
  if (load === undefined) throw new TypeError(USAGE);
  const bench = await load();
  const report = await bench((line) => process.stderr.write(`${line}\n`), {
    sizes: readSizes(values.sizes),
    against: values.against,
    count: readSizes(values.count)?.[0],
    seconds: readSizes(values.seconds)?.[0],
  });
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : showReport(report));
  process.exitCode = exitCodeOf(report);
}

/** "1000,20000": whole numbers above zero. */
function readSizes(text: string | undefined): readonly number[] | undefined {
  const sizes = text?.split(',').map(Number);
  if (sizes?.some((size) => !Number.isSafeInteger(size) || size < 1) === true) throw new TypeError(USAGE);
  return sizes;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const isMisuse = error instanceof TypeError;
  process.stderr.write(
    `${isMisuse ? error.message : String(error instanceof Error ? error.stack : error)}\n`,
  );
  process.exitCode = isMisuse ? EXIT_CODE_MISUSE : 1;
});
