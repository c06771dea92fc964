import type { Attempts } from '../../jobs/attempts/attempts.ts';

/** The fields of an output that support can have changed. */
export type OutputRecord = {
  /** When its credits return (RFC 3339); null: they are settled. */
  readonly returnBy: string | null;
  /** The references of attempts that support has replaced. */
  readonly replaced: readonly string[];
  /** The references of attempts whose outcome is known. */
  readonly known: readonly string[];
};

/**
 * Reads an output's record after a `command_applied` signal. Anyone who reaches Temporal can send one, so only
 * PostgreSQL counts.
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
