import { z } from 'zod';

const STATS = z.object({
  by_reference: z.record(z.string(), z.object({ accepted: z.number(), refused: z.number() })),
});
const STATS_TIMEOUT_MS = 5_000;

/** How many submissions of a job the model service accepted: the proof that nothing ran twice. */
export async function submissionsOfJob(modelServiceUrl: string, jobId: string): Promise<number> {
  const accepted = await acceptedByReference(modelServiceUrl, jobId);
  return accepted.reduce((sum, count) => sum + count, 0);
}

/** The submissions of a job (a film has several) that were accepted more than once. */
export async function repeatedSubmissionsOf(modelServiceUrl: string, jobId: string): Promise<number> {
  return (await acceptedByReference(modelServiceUrl, jobId)).filter((count) => count > 1).length;
}

async function acceptedByReference(modelServiceUrl: string, jobId: string): Promise<readonly number[]> {
  const prefix = jobId.replace(/^job_/, 'att_');
  const response = await fetch(`${modelServiceUrl}/v1/stats?reference_prefix=${prefix}`, {
    signal: AbortSignal.timeout(STATS_TIMEOUT_MS),
  });
  const stats = STATS.parse(await response.json());
  return Object.values(stats.by_reference).map(({ accepted }) => accepted);
}
