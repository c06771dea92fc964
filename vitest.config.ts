import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

/** What a tier needs running: one PostgreSQL and one Temporal serve the whole run, and only when somebody asks. */
type Parts = 'postgres' | 'temporal';

const SETUP_FILE: Readonly<Record<Parts, string>> = {
  postgres: './test/support/postgres-global-setup.ts',
  temporal: './test/support/temporal-global-setup.ts',
};

/** Two cores: more workers than that only make timings of one test the business of another. */
const MAX_WORKERS = 2;
/** Processes that are killed and frozen want the machine to themselves. */
const ALONE = 1;

function tier(
  name: string,
  options: {
    readonly needs?: readonly Parts[];
    readonly timeoutSeconds: number;
    /** Tiers of one group run side by side, groups one after the other. */
    readonly group: number;
    readonly workers?: number;
  },
): TestProjectInlineConfiguration {
  return {
    extends: true,
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      globalSetup: (options.needs ?? []).map((part) => SETUP_FILE[part]),
      testTimeout: options.timeoutSeconds * 1_000,
      hookTimeout: Math.max(options.timeoutSeconds, 60) * 1_000,
      maxWorkers: options.workers ?? MAX_WORKERS,
      fileParallelism: options.workers !== ALONE,
      sequence: { groupOrder: options.group },
    },
  };
}

const BOTH = ['postgres', 'temporal'] as const;

export default defineConfig({
  test: {
    pool: 'forks',
    reporters: ['default'],
    passWithNoTests: false,
    allowOnly: false,
    projects: [
      tier('unit', { timeoutSeconds: 10, group: 0 }),
      tier('property', { timeoutSeconds: 60, group: 0 }),
      tier('ledger', { needs: ['postgres'], timeoutSeconds: 60, group: 0 }),
      tier('jobs', { needs: ['postgres'], timeoutSeconds: 60, group: 0 }),
      tier('providers', { timeoutSeconds: 60, group: 0 }),
      tier('model-service', { timeoutSeconds: 120, group: 0 }),
      tier('activities', { needs: ['postgres'], timeoutSeconds: 60, group: 0 }),
      tier('replay', { timeoutSeconds: 60, group: 1 }),
      tier('workflows', { needs: BOTH, timeoutSeconds: 90, group: 1 }),
      tier('api', { needs: BOTH, timeoutSeconds: 60, group: 1 }),
      tier('client', { needs: BOTH, timeoutSeconds: 60, group: 1 }),
      tier('integration', { needs: BOTH, timeoutSeconds: 240, group: 2 }),
      tier('stack', { timeoutSeconds: 120, group: 3, workers: ALONE }),
      tier('chaos', { needs: BOTH, timeoutSeconds: 240, group: 4, workers: ALONE }),
      tier('packaging', { needs: BOTH, timeoutSeconds: 240, group: 5, workers: ALONE }),
      tier('browser', { timeoutSeconds: 120, group: 5, workers: ALONE }),
    ],
  },
});
