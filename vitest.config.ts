import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What a tier needs set up: one PostgreSQL and one Temporal serve the whole run, and only when a test asks. */
type GlobalSetup = 'postgres' | 'temporal' | 'imageContent' | 's3' | 'responseCoverage' | 'console' | 'stack';

const SETUP_FILE: Readonly<Record<GlobalSetup, string>> = {
  postgres: './test/harness/postgres-global-setup.ts',
  temporal: './test/harness/temporal-global-setup.ts',
  imageContent: './test/harness/image-content-global-setup.ts',
  s3: './test/harness/s3-global-setup.ts',
  responseCoverage: './test/harness/response-coverage-global-setup.ts',
  console: './test/harness/console-global-setup.ts',
  stack: './test/harness/stack-global-setup.ts',
};

/** Files at once: many tests wait for other processes, so that three keep two cores busy; with four, what is waited for comes late. */
const FILES_AT_ONCE = 3;

type TierOptions = {
  readonly needs?: readonly GlobalSetup[];
  readonly timeoutSeconds: number;
  /** Tests of one file side by side: more where they wait and do little else. */
  readonly maxConcurrency?: number;
};

/** A tier that `npm test` runs. */
function tier(name: string, options: TierOptions): TestProjectInlineConfiguration {
  return project(name, options, {
    include: [`test/${name}/**/*.test.ts`],
    exclude: [`test/${name}/slow/**`],
  });
}

/** `slow-<name>`, which `npm run test:slow` runs and `npm test` does not: it builds, installs or fills, or it kills or freezes processes. */
function slowTier(name: string, options: TierOptions, folder = name): TestProjectInlineConfiguration {
  return project(`slow-${name}`, options, { include: [`test/${folder}/**/*.test.ts`] });
}

/** A tier, and its files in `slow/` as a slow tier with the same set-up. */
function tierWithSlow(name: string, options: TierOptions): readonly TestProjectInlineConfiguration[] {
  return [slowTier(name, options, `${name}/slow`), tier(name, options)];
}

function project(
  name: string,
  { needs = [], timeoutSeconds, maxConcurrency = 5 }: TierOptions,
  files: { readonly include: string[]; readonly exclude?: string[] },
): TestProjectInlineConfiguration {
  return {
    extends: true,
    test: {
      name,
      ...files,
      globalSetup: needs.map((setup) => SETUP_FILE[setup]),
      testTimeout: timeoutSeconds * 1_000,
      hookTimeout: Math.max(timeoutSeconds, 60) * 1_000,
      maxWorkers: FILES_AT_ONCE,
      maxConcurrency,
    },
  };
}

const BOTH = ['postgres', 'temporal'] as const;

/** In the order in which they run: the long files first, so that at the end no worker waits for the other. */
const TIERS = [
  slowTier('soak', { timeoutSeconds: 240 }),
  slowTier('image', { needs: [...BOTH, 'imageContent'], timeoutSeconds: 240 }),
  slowTier('outside', { needs: BOTH, timeoutSeconds: 60 }),
  slowTier('chaos', { needs: BOTH, timeoutSeconds: 240 }),
  ...tierWithSlow('integration', { needs: [...BOTH, 's3', 'stack'], timeoutSeconds: 240 }),
  ...tierWithSlow('providers', { timeoutSeconds: 60, maxConcurrency: 8 }),
  ...tierWithSlow('stack', { timeoutSeconds: 120 }),
  ...tierWithSlow('workflows', { needs: BOTH, timeoutSeconds: 90 }),
  tier('client', { needs: BOTH, timeoutSeconds: 60 }),
  ...tierWithSlow('console', { needs: ['console'], timeoutSeconds: 120, maxConcurrency: 2 }),
  ...tierWithSlow('browser', { needs: BOTH, timeoutSeconds: 120 }),
  tier('ledger', { needs: ['postgres'], timeoutSeconds: 60 }),
  tier('activities', { needs: ['postgres'], timeoutSeconds: 60 }),
  tier('replay', { timeoutSeconds: 60 }),
  ...tierWithSlow('assets', { needs: ['s3'], timeoutSeconds: 60 }),
  ...tierWithSlow('api', { needs: [...BOTH, 'responseCoverage'], timeoutSeconds: 60 }),
  ...tierWithSlow('model-service', { timeoutSeconds: 120 }),
  ...tierWithSlow('jobs', { needs: ['postgres'], timeoutSeconds: 60 }),
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
