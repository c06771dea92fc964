import { log } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { SECTIONS } from '../../assets/asset-store.ts';
import {
  addCounts,
  NOTHING_SWEPT,
  OtherDatabase,
  type createAssetSweep,
  type SweepCounts,
} from '../../assets/asset-sweep.ts';
import { withHeartbeat } from '../attempts/with-heartbeat.ts';

/** The counts of one step, and the section that the next goes on with; null: nothing is left. */
export type SweepStep = { readonly counts: SweepCounts; readonly next: string | null };

export type AssetSweepActivities = ReturnType<typeof createAssetSweepActivities>;

/** The length of one step, so that a worker's shutdown does not interrupt it. */
const STEP_MS = 5_000;

/** Removes unreferenced files from the asset store. May be repeated from any section. */
export function createAssetSweepActivities(sweep: ReturnType<typeof createAssetSweep>) {
  return {
    sweepAssetSections: (from: string | null): Promise<SweepStep> =>
      withHeartbeat(async () => {
        const started = performance.now();
        let counts = NOTHING_SWEPT;
        for (const section of SECTIONS.slice(Math.max(0, SECTIONS.indexOf(from ?? '')))) {
          if (performance.now() - started > STEP_MS) return { counts, next: section };
          counts = addCounts(counts, await sweepOrRefuse(sweep, section));
        }
        if (counts.removed > 0) log.info('asset sweep: removed files that nothing refers to', counts);
        return { counts, next: null };
      }),
  };
}

async function sweepOrRefuse(
  sweep: ReturnType<typeof createAssetSweep>,
  section: string,
): Promise<SweepCounts> {
  try {
    return await sweep.sweepSection(section);
  } catch (error) {
    if (error instanceof OtherDatabase) throw ApplicationFailure.nonRetryable(error.message, error.name);
    throw error;
  }
}
