import { log } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import {
  OtherDatabase,
  SWEPT_FOLDERS,
  type createAssetSweep,
  type SweepCounts,
} from '../../assets/asset-sweep.ts';
import { withHeartbeat } from '../attempts/with-heartbeat.ts';

/** What one step removed, and the folder that the next goes on with; null when nothing is left. */
export type SweepStep = { readonly counts: SweepCounts; readonly next: string | null };

export type AssetSweepActivities = ReturnType<typeof createAssetSweepActivities>;

/** Of one step: so that a worker that is told to stop need not cut one off. */
const STEP_MS = 5_000;

/** Removes from the asset folder what nothing refers to. May be repeated from anywhere. */
export function createAssetSweepActivities(sweep: ReturnType<typeof createAssetSweep>) {
  return {
    sweepAssetFolders: (from: string | null): Promise<SweepStep> =>
      withHeartbeat(async () => {
        const started = performance.now();
        let counts: SweepCounts = { looked_at: 0, removed: 0, bytes_removed: 0 };
        for (const folder of SWEPT_FOLDERS.slice(Math.max(0, SWEPT_FOLDERS.indexOf(from ?? '')))) {
          if (performance.now() - started > STEP_MS) return { counts, next: folder };
          counts = add(counts, await sweepOrRefuse(sweep, folder));
        }
        if (counts.removed > 0) log.info('asset sweep: removed files that nothing refers to', counts);
        return { counts, next: null };
      }),
  };
}

async function sweepOrRefuse(
  sweep: ReturnType<typeof createAssetSweep>,
  folder: string,
): Promise<SweepCounts> {
  try {
    return await sweep.sweepFolder(folder);
  } catch (error) {
    if (error instanceof OtherDatabase) throw ApplicationFailure.nonRetryable(error.message, error.name);
    throw error;
  }
}

function add(one: SweepCounts, other: SweepCounts): SweepCounts {
  return {
    looked_at: one.looked_at + other.looked_at,
    removed: one.removed + other.removed,
    bytes_removed: one.bytes_removed + other.bytes_removed,
  };
}
