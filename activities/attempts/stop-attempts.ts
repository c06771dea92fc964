import type { Attempts } from '../../jobs/attempts/attempts.ts';
import type { AttemptOfOutput } from '../../jobs/attempts/read-attempts.ts';
import { askToStop } from './ask-to-stop.ts';
import { withHeartbeat } from './with-heartbeat.ts';
import type { ProviderRegistry } from '../providers/provider-registry.ts';
import type { Provider } from '../providers/provider.ts';

type Stopped =
  /** Nothing runs there any more, or ever did. */
  | 'stopped'
  /** Too late: the output's result is finished. */
  | 'finished'
  /** It may run on; its result is kept for support and never charged. */
  | 'unconfirmed';

/** Why attempts are stopped: a deadline, which support may have moved meanwhile, or one attempt that was replaced. */
export type StopCause =
  | { readonly cause: 'run_deadline' }
  | { readonly cause: 'start_deadline' | 'replaced'; readonly reference: string };

/**
 * Nothing was stopped, since support has extended or restarted. The seconds until the credits return, by the database's
 * clock.
 */
type StopRevoked = { readonly secondsLeft: number };

/** A deadline this near has come: the workflow's clock and the database's differ. */
const SAME_INSTANT_SECONDS = 5;

/** A provider has this long to confirm; then the credits return in any case. */
const CONFIRM_WITHIN_MS = 30_000;

/**
 * Asks the provider to stop an output's attempts. Never throws for a response of the provider. `why` is checked in
 * PostgreSQL first: support may have moved the deadline.
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
          // A replaced or rejected attempt may have finished, but not as this output's result.
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
      // It has ended; only the final stage has something to deliver.
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
      // A rejected attempt is expected not to be found.
      return attempt.state === 'rejected' ? 'stopped' : 'unconfirmed';
    case 'unstoppable':
      return 'unconfirmed';
  }
}

/**
 * The cancel of the activity has reset the connection, and the response is lost. Whether the service billed the run is
 * unknown. An accepted attempt was answered before: its result can still be fetched.
 */
function stoppedByReset({ state }: AttemptOfOutput): Stopped {
  if (state === 'collected' || state === 'accepted') return 'finished';
  return state === 'posting' ? 'unconfirmed' : 'stopped';
}
