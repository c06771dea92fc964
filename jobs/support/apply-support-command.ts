import { expiredGrantPolicyOf, RETURN_GRANT_LIFETIME_HOURS } from '../../domain/failures.ts';
import { GOODWILL_LIFETIME_SECONDS } from '../../domain/grant-rules.ts';
import { actionIdOf } from '../../domain/job-id.ts';
import {
  MAX_EXTENSION_SECONDS,
  RELEASED_BY_SUPPORT,
  type SupportAsk,
  type SupportDone,
  type SupportRefusal,
} from '../../domain/support-command.ts';
import type { Database } from '../../ledger/database.ts';

export type JobCommand = {
  readonly accountId: string;
  readonly jobId: string;
  /** The caller's; the same key and fingerprint answer the same forever. */
  readonly key: string;
  readonly fingerprint: string;
  readonly actor: string;
  readonly reason: string;
  readonly ask: SupportAsk;
  /** Whether a workflow runs the job: without one, only its money can be moved. */
  readonly isRunning: boolean;
  /** How asking the provider ended; absent: it was not asked. */
  readonly lookUp?: LookUp | undefined;
};

export type LookUp =
  | { readonly outcome: 'found'; readonly providerJobId: string }
  /** `not_ours`: it knows the job that was named, and says that it is another's. */
  | { readonly outcome: 'not_found' | 'not_ours' | 'unknown' | 'unsupported' };

export type CommandAnswer =
  | SupportDone
  | { readonly outcome: 'refused'; readonly reason: SupportRefusal }
  | { readonly outcome: 'not_found'; readonly what: string }
  | { readonly outcome: 'invalid'; readonly pointer: string; readonly code: string }
  /** Nothing was done: the provider has to be asked first, which a worker can. */
  | { readonly outcome: 'look_up'; readonly attempt: string; readonly provider: string };

export type CommandResult = {
  readonly answer: CommandAnswer;
  /** Of what was first asked under the key. */
  readonly fingerprint: string;
  readonly isReplay: boolean;
};

/** Does what support asks of a job, once per key, with who asked and why on record, in one transaction. */
export async function commandJob(database: Database, command: JobCommand): Promise<CommandResult> {
  const { accountId, jobId, key, ask } = command;
  const { rows } = await database.query<{ answer: CommandAnswer; fingerprint: string; is_replay: boolean }>({
    name: 'jobs.command_job',
    text: 'SELECT answer, fingerprint, is_replay FROM jobs.command_job($1, $2, $3, $4, $5)',
    values: [accountId, jobId, ask.command, key, JSON.stringify(callOf(command))],
  });
  const row = rows[0];
  if (row === undefined) throw new RangeError('a command was not answered');
  return { answer: row.answer, fingerprint: row.fingerprint, isReplay: row.is_replay };
}

function callOf({ accountId, key, fingerprint, actor, reason, isRunning, ask, lookUp }: JobCommand): object {
  return {
    fingerprint,
    actor,
    reason,
    action_id: actionIdOf(accountId, ask.command, key),
    is_running: isRunning,
    ...askOf(ask, lookUp),
  };
}

/** What is asked, with the figures of the policy: they stand in domain/. */
function askOf(ask: SupportAsk, lookUp: LookUp | undefined): object {
  switch (ask.command) {
    case 'release':
      return {
        failure: RELEASED_BY_SUPPORT,
        expired_policy: expiredGrantPolicyOf(RELEASED_BY_SUPPORT),
        return_grant_hours: RETURN_GRANT_LIFETIME_HOURS,
      };
    case 'refund':
      return {
        credits: ask.credits,
        output_id: ask.output_id,
        goodwill_seconds: GOODWILL_LIFETIME_SECONDS,
      };
    case 'extend':
      return { until: ask.until, max_ahead_seconds: MAX_EXTENSION_SECONDS };
    case 'restart':
      return { from_attempt: ask.from_attempt };
    case 'resolve':
      return {
        said: ask.outcome,
        attempt: ask.attempt,
        provider_job_id: providerJobIdOf(ask, lookUp),
        look_up: lookUp?.outcome,
      };
  }
}

/** What the provider has confirmed; support's own word counts only where the provider cannot be asked. */
function providerJobIdOf(
  ask: Extract<SupportAsk, { readonly command: 'resolve' }>,
  lookUp: LookUp | undefined,
): string | undefined {
  if (lookUp?.outcome === 'found') return lookUp.providerJobId;
  return lookUp?.outcome === 'unsupported' ? ask.provider_job_id : undefined;
}
