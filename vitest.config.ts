import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What a tier needs running: one PostgreSQL and one Temporal serve the whole run, and only when a test asks. */
type Parts = 'postgres' | 'temporal' | 'packedCopy' | 's3' | 'answered' | 'console' | 'stack';

const SETUP_FILE: Readonly<Record<Parts, string>> = {
  postgres: './test/harness/postgres-global-setup.ts',
  temporal: './test/harness/temporal-global-setup.ts',
  packedCopy: './test/harness/packed-copy-global-setup.ts',
  s3: './test/harness/s3-global-setup.ts',
  answered: './test/harness/answered-global-setup.ts',
  console: './test/harness/console-global-setup.ts',
  stack: './test/harness/stack-global-setup.ts',
};

/** Files at once: many tests wait for other processes, so that three keep two cores busy; with four, what is waited for comes late. */
const FILES_AT_ONCE = 3;

function tier(
  name: string,
  options: {
    readonly needs?: readonly Parts[];
    readonly timeoutSeconds: number;
    /** Tests of one file side by side: more where they wait and do little else. */
    readonly maxConcurrency?: number;
    /** Its project is `slow-<name>`, which `npm run test:slow` runs and `npm test` does not: it builds or installs, or kills processes under load. */
    readonly isSlow?: boolean;
  },
): TestProjectInlineConfiguration {
  const { maxConcurrency = 5 } = options;
  return {
    extends: true,
    test: {
      name: options.isSlow === true ? `slow-${name}` : name,
      include: [`test/${name}/**/*.test.ts`],
      globalSetup: (options.needs ?? []).map((part) => SETUP_FILE[part]),
      testTimeout: options.timeoutSeconds * 1_000,
      hookTimeout: Math.max(options.timeoutSeconds, 60) * 1_000,
      maxWorkers: FILES_AT_ONCE,
      maxConcurrency,
    },
  };
}

const BOTH = ['postgres', 'temporal'] as const;

/** In the order in which they run: the long files first, so that at the end no worker waits for the other. */
const TIERS = [
  tier('soak', { timeoutSeconds: 240, isSlow: true }),
  tier('image', { needs: [...BOTH, 'packedCopy'], timeoutSeconds: 240, isSlow: true }),
  tier('outside', { needs: BOTH, timeoutSeconds: 60, isSlow: true }),
  tier('chaos', { needs: BOTH, timeoutSeconds: 240, isSlow: true }),
  tier('integration', { needs: [...BOTH, 's3', 'stack'], timeoutSeconds: 240 }),
  tier('providers', { timeoutSeconds: 60, maxConcurrency: 8 }),
  tier('stack', { timeoutSeconds: 120 }),
  tier('workflows', { needs: BOTH, timeoutSeconds: 90 }),
  tier('client', { needs: BOTH, timeoutSeconds: 60 }),
  tier('console', { needs: ['console'], timeoutSeconds: 120, maxConcurrency: 2 }),
  tier('browser', { needs: BOTH, timeoutSeconds: 120 }),
  tier('ledger', { needs: ['postgres'], timeoutSeconds: 60 }),
  tier('activities', { needs: ['postgres'], timeoutSeconds: 60 }),
  tier('replay', { timeoutSeconds: 60 }),
  tier('assets', { needs: ['s3'], timeoutSeconds: 60 }),
  tier('api', { needs: [...BOTH, 'answered'], timeoutSeconds: 60 }),
  tier('model-service', { timeoutSeconds: 120 }),
  tier('jobs', { needs: ['postgres'], timeoutSeconds: 60 }),
  tier('property', { timeoutSeconds: 60 }),
  tier('packaging', { timeoutSeconds: 30 }),
  tier('unit', { timeoutSeconds: 30 }),
];

class TiersInOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rankOf = ({ project }: TestSpecification) =>
      TIERS.findIndex(({ test }) => test?.name === project.name);
    return (await super.sort(files)).sort((a, b) => rankOf(a) - rankOf(b));
  }
}

export default defineConfig({
  test: {
    pool: 'forks',
    reporters: ['default'],
    passWithNoTests: false,
    allowOnly: false,
    // The files of a tier share what they import: to load the SDK takes a CPU second.
    isolate: false,
    // Each tier has its own server of vite: what one has compiled the others, and the next run, read.
    experimental: { fsModuleCache: true, fsModuleCachePath: 'node_modules/.cache/vitest' },
    setupFiles: ['./test/harness/property-seed.ts'],
    // By default a second, which another file's load uses up: what does not come does not come in ten either.
    expect: { poll: { timeout: 10_000 } },
    sequence: { sequencer: TiersInOrder },
    projects: TIERS,
  },
});
