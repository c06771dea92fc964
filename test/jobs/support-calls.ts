import type { JobsFixture } from './jobs-fixture.ts';

type Row = Record<string, unknown>;

/** A command of support as the functions take it, with an actor and a reason, of a job that a workflow runs. */
type CommandCall = {
  readonly key?: string;
  readonly print?: string;
  readonly call?: object;
};

const FAILURE = { code: 'terminated', at_fault: 'us', detail: 'Ended.', retryable: true };

/** Calls a command; a key of its own for each unless one is named. Returns the function's rows. */
export function createCommands(jobs: () => JobsFixture) {
  let calls = 0;
  return async (account: string, job: string, command: string, options: CommandCall = {}): Promise<Row> => {
    const key = options.key ?? `key ${String(++calls)}`;
    const call = {
      fingerprint: options.print ?? 'print',
      actor: 'key_ops',
      reason: 'because',
      action_id: `act_${account}_${command}_${key}`,
      is_running: true,
      failure: FAILURE,
      expired_policy: 'return_grant',
      return_grant_hours: 72,
      goodwill_seconds: 86_400,
      max_ahead_seconds: 7 * 86_400,
      ...options.call,
    };
    const [row] = await jobs().call('apply_command', account, job, command, key, JSON.stringify(call));
    return row ?? {};
  };
}
