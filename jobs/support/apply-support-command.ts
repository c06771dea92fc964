import { actionIdOf, fingerprintJson } from '../../contract/derived-ids.ts';
import {
  sentBodyOf,
  type CommandAnswer,
  type SupportCommand,
  type SupportCommandOf,
} from '../../contract/support-command.ts';
import { expiredGrantPolicyOf, RETURN_GRANT_LIFETIME_HOURS } from '../../domain/work/failures.ts';
import { parseInstant } from '../../domain/parse-value.ts';
import type { GrantTerms } from '../../domain/prices/offers.ts';
import { COMMAND_NAMES } from '../../domain/support/possible-commands.ts';
import { MAX_EXTENSION_SECONDS, RELEASED_BY_SUPPORT } from '../../domain/support/support-rules.ts';
import { unlessActed } from '../../ledger/unless-acted.ts';
import type { Database } from '../../ledger/database.ts';
import { onlyRow } from '../../ledger/only-row.ts';

/** What is known when a command is applied. */
export type Circumstances = {
  /** Whether a workflow runs the job: without one, only its money can be moved. Absent: Temporal was not asked. */
  readonly isRunning?: boolean;
  /** How asking the provider ended; absent: it was not asked. */
  readonly lookUp?: LookUp;
  /** Up to where support had read the record; absent: it was shown nothing. */
  readonly asOf?: string | undefined;
};

export type LookUp =
  | { readonly outcome: 'found'; readonly providerJobId: string }
  /** `not_ours`: it knows the job that was named, and says that it is another's. */
  | { readonly outcome: 'not_found' | 'not_ours' | 'unknown' | 'unsupported' };

/** As they are on record: any of them changes what another would do. */
const EVERY_COMMAND = COMMAND_NAMES.map((name) => `${name}_job`);

/** The dependencies of a command. */
export type SupportDeps = { readonly database: Database; readonly grants: Pick<GrantTerms, 'goodwill'> };

export type AppliedCommand = { readonly answer: CommandAnswer; readonly isReplay: boolean };

/**
 * Applies a support command, once per key, and records who asked and why, in one transaction. A resolve without
 * circumstances returns `look_up`: the workflow is to ask the provider.
 */
export async function applySupportCommand(
  deps: SupportDeps,
  accountId: string,
  command: SupportCommand,
  circumstances: Circumstances = {},
): Promise<AppliedCommand> {
  const { rows } = await deps.database.query<{ answer: CommandAnswer; is_replay: boolean }>({
    name: 'jobs.apply_command',
    text: 'SELECT answer, is_replay FROM jobs.apply_command($1, $2, $3, $4, $5)',
    values: [
      accountId,
      command.job_id,
      command.command,
      command.key,
      callOfCommand(deps, accountId, command, circumstances),
    ],
  });
  const row = onlyRow(rows, 'jobs.apply_command');
  return { answer: row.answer, isReplay: row.is_replay };
}

/** A command as the SQL functions take it: JSON. */
export function callOfCommand(
  { grants }: SupportDeps,
  accountId: string,
  command: SupportCommand,
  { isRunning, lookUp, asOf }: Circumstances,
): string {
  return JSON.stringify({
    ...askOf(command, grants, lookUp),
    fingerprint: fingerprintJson({ ...sentBodyOf(command), job_id: command.job_id }),
    actor: command.actor,
    reason: command.reason,
    action_id: actionIdOf(accountId, command.command, command.key),
    is_running: isRunning,
    unless: unlessActed(asOf, { actions: EVERY_COMMAND, subject: { job_id: command.job_id } }),
  });
}

/** The arguments for SQL, with the policy's figures from domain/ and the catalogue. */
function askOf(command: SupportCommand, grants: SupportDeps['grants'], lookUp: LookUp | undefined): object {
  switch (command.command) {
    case 'release':
      return {
        failure: RELEASED_BY_SUPPORT,
        expired_policy: expiredGrantPolicyOf(RELEASED_BY_SUPPORT),
        return_grant_hours: RETURN_GRANT_LIFETIME_HOURS,
      };
    case 'refund':
      return {
        credits: command.credits,
        output_id: command.output_id,
        goodwill_seconds: grants.goodwill.lifetimeSeconds,
      };
    case 'extend':
      // Written in the one form that PostgreSQL and we read alike.
      return { until: parseInstant(command.until), max_ahead_seconds: MAX_EXTENSION_SECONDS };
    case 'restart':
      return { from_attempt: command.from_attempt };
    case 'resolve':
      return {
        said: command.outcome,
        attempt: command.attempt,
        provider_job_id: providerJobIdOf(command, lookUp),
        look_up: lookUp?.outcome,
      };
  }
}

/** The id that the provider confirmed. Support's word counts only where the provider cannot be asked. */
function providerJobIdOf(
  command: SupportCommandOf<'resolve'>,
  lookUp: LookUp | undefined,
): string | undefined {
  if (lookUp?.outcome === 'found') return lookUp.providerJobId;
  return lookUp?.outcome === 'unsupported' ? command.provider_job_id : undefined;
}
