import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

/** What a tier needs running: one PostgreSQL and one Temporal serve the whole run, and only when somebody asks. */
type Parts = 'postgres' | 'temporal';

const SETUP_FILE: Readonly<Record<Parts, string>> = {
  postgres: './test/support/postgres-global-setup.ts',
  temporal: './test/support/temporal-global-setup.ts',
};

/**
 * For two cores: more files at once only make each slower. All tiers run side by side, for much of a run is waiting (for a
 * heartbeat that does not come, for a deadline); what a test kills or freezes is its own.
 */
const MAX_WORKERS = 2;

function tier(
  name: string,
  options: {
    readonly needs?: readonly Parts[];
    readonly timeoutSeconds: number;
    /** Every file in a process of its own: of those that start processes. The others share what they import. */
    readonly isolate?: boolean;
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
      isolate: options.isolate ?? false,
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
    maxWorkers: MAX_WORKERS,
    projects: [
      tier('unit', { timeoutSeconds: 10 }),
      tier('property', { timeoutSeconds: 60 }),
      tier('ledger', { needs: ['postgres'], timeoutSeconds: 60 }),
      tier('jobs', { needs: ['postgres'], timeoutSeconds: 60 }),
      tier('providers', { timeoutSeconds: 60 }),
      tier('model-service', { timeoutSeconds: 120 }),
      tier('activities', { needs: ['postgres'], timeoutSeconds: 60 }),
      tier('replay', { timeoutSeconds: 60 }),
      tier('workflows', { needs: BOTH, timeoutSeconds: 90 }),
      tier('api', { needs: BOTH, timeoutSeconds: 60 }),
      tier('client', { needs: BOTH, timeoutSeconds: 60 }),
      tier('integration', { needs: BOTH, timeoutSeconds: 240, isolate: true }),
      tier('stack', { timeoutSeconds: 120, isolate: true }),
      tier('chaos', { needs: BOTH, timeoutSeconds: 240, isolate: true }),
      tier('packaging', { needs: BOTH, timeoutSeconds: 240, isolate: true }),
      tier('browser', { timeoutSeconds: 120, isolate: true }),
    ],
  },
});
