import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { startStack } from '../../dev/stack/start-stack.ts';
import type { Stack } from '../../dev/stack/stack-handle.ts';
import type { StackOptions } from '../../dev/stack/stack-options.ts';
import { makeTemporaryHome } from '../harness/temporary-home.ts';
import { checkResponse } from '../harness/check-responses.ts';

export type Answer = { readonly status: number; readonly headers: Headers; readonly body: Json };
// The tests check each response field by field; a wrong shape fails there.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = any;

/** A stack of the test's own, whose parts it may kill. */
export type RunningStack = Omit<StackInUse, 'stack' | 'close'> & {
  readonly stack: Stack;
  /** Ends it, and removes its folder unless that is to be looked at. */
  close(options?: { readonly keepsHome: boolean }): Promise<void>;
};

export type StackInUse = {
  readonly stack: Pick<Stack, 'info'>;
  readonly home: string;
  /** Connected when it is first used. */
  readonly temporal: Client;
  /** An account of its own, with its sign-up grant of 1,000 credits. */
  openAccount(): Promise<string>;
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  submit(accountId: string, body: object, options?: { key?: string; wait?: number }): Promise<Answer>;
  /** Submits under one key, again as long as the response is 503: another test may have killed the worker that admits. */
  submitUntilAnswered(accountId: string, body: object, key: string): Promise<Answer>;
  /** Reads a job until it has ended. */
  untilEnded(accountId: string, jobId: string, timeoutMs?: number): Promise<Json>;
  /** Submissions the model service accepted for a job. */
  submissionsOf(jobId: string): Promise<number>;
  /** Has a job's workflow start over behind its first task, as someone in Temporal UI would. */
  resetToFirstTask(jobId: string): Promise<void>;
  rows<Row extends object>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  reconcile(): Promise<object[]>;
  close(): Promise<void>;
};

type CallOptions = {
  readonly account?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

const POLL_MS = 200;

/** The whole stack, on free ports and in a folder of its own; unless told otherwise the model service responds at once. */
export async function startRunningStack(
  instantMs = 0,
  options: Pick<StackOptions, 'modelMode' | 'workerEnv' | 'apiEnv' | 'cataloguePath'> = {},
): Promise<RunningStack> {
  const { home, remove } = await makeTemporaryHome('integration');
  const stack = await startStack({ home, ports: 'free', modelMode: 'instant', instantMs, ...options });
  const inUse = useStack({ stack, home, end: () => stack.stop() });
  return {
    ...inUse,
    stack,
    async close({ keepsHome } = { keepsHome: false }) {
      await inUse.close();
      if (!keepsHome) await remove();
    },
  };
}

/** What tests do with a stack that runs. */
export function useStack({
  stack,
  home,
  end,
}: {
  readonly stack: Pick<Stack, 'info'>;
  readonly home: string;
  readonly end: () => Promise<void>;
}): StackInUse {
  const pool = new pg.Pool({ connectionString: stack.info().database_owner_url, max: 4 });
  pool.on('error', () => undefined);
  const connection = Connection.lazy({ address: stack.info().temporal_address });
  const temporal = new Client({ connection });

  const call = async (method: string, path: string, options: CallOptions = {}): Promise<Answer> => {
    const answer = await fetch(`${stack.info().api_url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${stack.info().platform_key}`,
        ...(options.account === undefined ? {} : { 'holdfast-account': options.account }),
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    });
    const text = await answer.text();
    checkResponse({ method, path }, { status: answer.status, headers: answer.headers, text });
    return {
      status: answer.status,
      headers: answer.headers,
      body: text === '' ? null : JSON.parse(text),
    };
  };
  /** Of a job that does not end: its attempts, and what its workflow waits for. */
  const whatHoldsUp = async (jobId: string): Promise<string> => {
    const attempts = await rows('SELECT * FROM jobs.attempts WHERE job_id = $1', [jobId]);
    const { raw } = await temporal.workflow.getHandle(jobId).describe();
    const waits = (raw.pendingActivities ?? []).map(({ activityType, attempt, lastFailure }) => ({
      ...{ activity: activityType?.name, attempt, failure: lastFailure?.message },
    }));
    return JSON.stringify({ attempts, waits, workflow: raw.workflowExecutionInfo?.status });
  };
  const rows = async <Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> =>
    (await pool.query<Row>(sql, [...values])).rows;

  return {
    stack,
    home,
    temporal,
    call,
    rows,
    async openAccount() {
      const answer = await call('POST', '/v1/accounts', { body: { name: 'Test', reference: randomUUID() } });
      if (answer.status !== 201) throw new Error(`no account: ${JSON.stringify(answer.body)}`);
      return (answer.body as { id: string }).id;
    },
    submit: (account, body, { key = randomUUID(), wait } = {}) =>
      call('POST', '/v1/jobs', {
        account,
        body,
        headers: {
          'idempotency-key': key,
          ...(wait === undefined ? {} : { prefer: `wait=${String(wait)}` }),
        },
      }),
    async submitUntilAnswered(account, body, key) {
      for (;;) {
        const answer = await this.submit(account, body, { key });
        if (answer.status !== 503) return answer;
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    },
    async untilEnded(account, jobId, timeoutMs = 60_000) {
      const deadline = Date.now() + timeoutMs;
      for (;;) {
        const { body } = await call('GET', `/v1/jobs/${jobId}`, { account });
        const job = body as { finished_at: string | null; state: string };
        if (job.finished_at !== null) return job;
        if (Date.now() > deadline)
          throw new Error(`job ${jobId} is still ${job.state}: ${await whatHoldsUp(jobId)}`);
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    },
    async submissionsOf(jobId) {
      const prefix = jobId.replace(/^job_/, 'att_');
      const answer = await fetch(`${stack.info().model_service_url}/v1/stats?reference_prefix=${prefix}`);
      const { by_reference } = (await answer.json()) as {
        by_reference: Record<string, { accepted: number }>;
      };
      return Object.values(by_reference).reduce((sum, counts) => sum + counts.accepted, 0);
    },
    async resetToFirstTask(jobId) {
      await temporal.workflowService.resetWorkflowExecution({
        namespace: 'default',
        workflowExecution: { workflowId: jobId },
        // The wire takes a number here; the generated type wants the Long of a package we do not depend on.
        workflowTaskFinishEventId: 4 as never,
        requestId: randomUUID(),
        reason: 'as someone in Temporal UI would',
      });
    },
    reconcile: () => rows(`SELECT * FROM ledger.reconcile(65) UNION ALL SELECT * FROM jobs.reconcile()`),
    async close() {
      await Promise.all([pool.end(), connection.close()]);
      await end();
    },
  };
}
