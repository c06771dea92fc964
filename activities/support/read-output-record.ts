import type { Attempts } from '../../jobs/attempts/attempts.ts';

/** The fields of an output that support can have changed, as they are on record. */
export type OutputRecord = {
  /** When its credits return (RFC 3339); null once they are settled. */
  readonly returnBy: string | null;
  /** By reference: attempts in whose place support has put another. */
  readonly replaced: readonly string[];
  /** By reference: attempts whose outcome is known. */
  readonly known: readonly string[];
};

/**
 * Reads the record of an output for a workflow that was told that a command of support was applied. Anyone who reaches Temporal can
 * tell it so: what counts is what PostgreSQL has, with who asked and why.
 */
export function createReadOutputRecord(attempts: Attempts) {
  return async function readOutputRecord(accountId: string, outputId: string): Promise<OutputRecord> {
    const returnTime = await attempts.returnTime(accountId, outputId);
    const ofOutput = await attempts.ofOutput(accountId, outputId);
    const referencesOf = (isWanted: (state: (typeof ofOutput)[number]['state']) => boolean) =>
      ofOutput.filter(({ state }) => isWanted(state)).map(({ reference }) => reference);
    return {
      returnBy: returnTime?.at.toISOString() ?? null,
      replaced: referencesOf((state) => state === 'replaced'),
      known: referencesOf((state) => state !== 'posting' && state !== 'unknown'),
    };
  };
}
