import type { Progress } from '../../contract/shapes/job-shapes.ts';
import type { PartProgress } from '../../domain/work/stages.ts';
import type { Database } from '../../ledger/database.ts';

export type JobProgress = ReturnType<typeof createJobProgress>;

/** The progress of a job, as customers see it. */
export function createJobProgress(database: Database) {
  return {
    record: async (accountId: string, jobId: string, progress: Progress): Promise<void> => {
      await database.query({
        name: 'jobs.record_progress',
        text: 'SELECT jobs.record_progress($1, $2, $3)',
        values: [accountId, jobId, JSON.stringify(progress)],
      });
    },

    /** Records the progress of one part of a pipeline as progress of the whole, which never goes back. */
    recordPart: async (
      { accountId, reference }: { readonly accountId: string; readonly reference: string },
      part: PartProgress,
      progress: Progress,
    ): Promise<void> => {
      const { stage, parts, before, share } = part;
      await database.query({
        name: 'jobs.record_stage_progress',
        text: 'SELECT jobs.record_stage_progress($1, $2, $3, $4, $5, $6, $7, $8)',
        values: [
          accountId,
          reference,
          stage,
          parts,
          before,
          share,
          progress.fraction ?? 0,
          progress.queue_position,
        ],
      });
    },

    /**
     * Marks an output that is past its expected time, and its job. Returns whether it is stuck now (not if it has
     * ended).
     */
    markStuck: async (accountId: string, jobId: string, outputId: string): Promise<boolean> => {
      const { rows } = await database.query<{ is_stuck: boolean }>({
        name: 'jobs.mark_stuck',
        text: 'SELECT jobs.mark_stuck($1, $2, $3) AS is_stuck',
        values: [accountId, jobId, outputId],
      });
      return rows[0]?.is_stuck ?? false;
    },
  };
}
