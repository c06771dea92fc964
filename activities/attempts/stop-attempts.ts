import type { Attempts } from '../../jobs/attempts/attempts.ts';
import type { AttemptOfOutput } from '../../jobs/attempts/read-attempts.ts';
import { askToStop } from './ask-to-stop.ts';
import { withHeartbeat } from './with-heartbeat.ts';
import type { ProviderRegistry } from '../providers/provider-registry.ts';
import type { Provider } from '../providers/provider.ts';

export type Stopped =
  /** Nothing runs there any more, or nothing ever did. */
  | 'stopped'
  /** Too late: the provider has finished what is to be delivered. */
  | 'finished'
  /** It may run on; what comes of it is kept for support and never charged. */
  | 'unconfirmed';

/** Why what runs is stopped, where support may have taken the reason away in the meantime, or only one attempt is meant. */
export type StopCause =
  | { readonly cause: 'run_deadline' }
  | { readonly cause: 'start_deadline' | 'replaced'; readonly reference: string };

/** Nothing was stopped: support has extended or restarted. So long, by the database's clock, until the credits return. */
export type StopRevoked = { readonly secondsLeft: number };

/** A deadline this near has come: the workflow's clock and the database's are not one. */
const SAME_INSTANT_SECONDS = 5;

/** A provider gets this long to confirm; then the credits return regardless. */
const CONFIRM_WITHIN_MS = 30_000;

/**
 * Asks the provider to stop what it does for an output. Never throws for a response of the provider. `why`: looked at again
 * in PostgreSQL first, since a deadline that was moved is none.
 */
export function createStopAttempts(attempts: Attempts, providers: ProviderRegistry) {
  return async function stopAttempts(
    accountId: string,
    outputId: string,
    why?: StopCause,
  ): Promise<Stopped | StopRevoked> {
    return withHeartbeat(async () => {
      const ofOutput = await attempts.ofOutput(accountId, outputId);
      const secondsLeft = await secondsLeftIfRevoked(attempts, accountId, outputId, ofOutput, why);
      if (secondsLeft !== null) return { secondsLeft };
      const live = ofOutput.filter((attempt) => mayRun(attempt) && isMeant(attempt, why));
      const answers = await Promise.all(
        live.map(async (attempt) => {
          const stopped = await stopAttempt(providers.get(attempt.provider), attempt);
          // An attempt that was replaced, or taken not to have run, may have finished: that is not this output's result.
          const isDeliverable = attempt.state !== 'replaced' && attempt.state !== 'rejected';
          return stopped === 'finished' && !isDeliverable ? 'stopped' : stopped;
        }),
      );
      if (answers.includes('finished')) return 'finished';
      return answers.includes('unconfirmed') ? 'unconfirmed' : 'stopped';
    });
  };
}

function mayRun(attempt: AttemptOfOutput): boolean {
  switch (attempt.state) {
    case 'failed':
      return false;
    case 'collected':
      // It has ended; whether anything is to be delivered is asked of the final stage.
      return attempt.isFinal;
    case 'rejected':
    case 'posting':
    case 'unknown':
    case 'accepted':
    case 'replaced':
    case 'fenced':
      return true;
  }
}

async function secondsLeftIfRevoked(
  attempts: Attempts,
  accountId: string,
  outputId: string,
  ofOutput: readonly AttemptOfOutput[],
  why: StopCause | undefined,
): Promise<number | null> {
  if (why === undefined || why.cause === 'replaced') return null;
  const returnTime = await attempts.returnTime(accountId, outputId);
  if (returnTime === undefined) return null;
  const { secondsLeft } = returnTime;
  const isRevoked =
    why.cause === 'run_deadline'
      ? secondsLeft > SAME_INSTANT_SECONDS
      : ofOutput.some(({ reference, state }) => reference === why.reference && state === 'replaced');
  return isRevoked ? secondsLeft : null;
}

function isMeant({ reference }: AttemptOfOutput, why: StopCause | undefined): boolean {
  return why?.cause !== 'replaced' || reference === why.reference;
}

async function stopAttempt(provider: Provider, attempt: AttemptOfOutput): Promise<Stopped> {
  const stopped = await stoppedOf(provider, attempt);
  // The result of an earlier stage is not the output.
  return stopped === 'finished' && !attempt.isFinal ? 'stopped' : stopped;
}

async function stoppedOf(provider: Provider, attempt: AttemptOfOutput): Promise<Stopped> {
  const asked = await askToStop(provider, attempt, CONFIRM_WITHIN_MS);
  switch (asked) {
    case 'stopped':
    case 'finished':
    case 'unconfirmed':
      return asked;
    case 'reset':
      return stoppedByReset(attempt);
    case 'not_found':
    case 'not_looked_up':
      // That one which was taken not to have run is not found is what was expected.
      return attempt.state === 'rejected' ? 'stopped' : 'unconfirmed';
    case 'unstoppable':
      return 'unconfirmed';
  }
}

/**
 * The cancel of the activity has reset the connection, and with it went whatever the service would have returned. Whether it billed the
 * run is not known. One that is accepted was answered before: what it made is to be fetched.
 */
function stoppedByReset({ state }: AttemptOfOutput): Stopped {
  if (state === 'collected' || state === 'accepted') return 'finished';
  return state === 'posting' ? 'unconfirmed' : 'stopped';
}
