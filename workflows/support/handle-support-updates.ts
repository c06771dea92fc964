import { ApplicationFailure, CancellationScope, currentUpdateInfo, log } from '@temporalio/workflow';
import type { AttemptName, CommandDone, SupportCommand } from '../../contract/support-command.ts';
import {
  commandAppliedSignal,
  extendUpdate,
  releaseUpdate,
  resolveUpdate,
  restartUpdate,
} from '../../contract/workflow-messages.ts';
import { assertNever } from '../../domain/assert-never.ts';
import {
  describeRefusal,
  MAX_EXTENSION_SECONDS,
  type SupportRefusal,
} from '../../domain/support/support-rules.ts';
import { localActivities } from '../activity-proxies.ts';
import { handleSignal, handleUpdate } from '../messages/handle-message.ts';
import {
  commandApplied,
  extendRequest,
  releaseRequest,
  resolveRequest,
  restartRequest,
} from '../messages/message-parsers.ts';
import type { OutputRun } from '../outputs/output-run.ts';
import { showStatus } from '../outputs/show-status.ts';
import { followRecord } from './support-control.ts';

/**
 * Registers the handlers for support commands. An update (from Temporal UI; from the API, for a resolve) applies a
 * command in PostgreSQL, by the same function as the API, and the run follows. A signal says that the API has applied
 * one already. The validators refuse what the workflow knows to be wrong; PostgreSQL decides the rest.
 */
export function handleSupportUpdates(run: OutputRun): void {
  handleSignal(commandAppliedSignal, commandApplied, ({ command }) => {
    follow(run).catch((error: unknown) => {
      log.warn(
        'could not read what support has changed of an output; the next step at the provider finds it',
        {
          command,
          outputId: run.plan.outputId,
          error,
        },
      );
    });
  });
  handleUpdate(
    releaseUpdate,
    {
      description: 'Return the reserved credits now, and stop the model. {"actor", "reason"}',
      parser: releaseRequest,
      refuse: () => {
        refuseIfOver(run);
      },
    },
    (request) => applyCommand(run, { command: 'release', ...withJobAndKey(run, request) }),
  );
  handleUpdate(
    extendUpdate,
    {
      description: 'Let it run until a later time, at most a week ahead. {"actor", "reason", "until"}',
      parser: extendRequest,
      refuse: ({ until }) => {
        refuseIfOver(run);
        refuseUntil(run, until);
      },
    },
    (request) => applyCommand(run, { command: 'extend', ...withJobAndKey(run, request) }),
  );
  handleUpdate(
    restartUpdate,
    {
      description: 'Run it once more, in place of the attempt named. {"actor", "reason", "from_attempt"}',
      parser: restartRequest,
      refuse: ({ from_attempt }) => {
        refuseIfOver(run);
        refuseAttempt(run, from_attempt);
      },
    },
    (request) => applyCommand(run, { command: 'restart', ...withJobAndKey(run, request) }),
  );
  handleUpdate(
    resolveUpdate,
    {
      description:
        'Say whether an unknown attempt "ran" or "did_not_run". {"actor", "reason", "outcome", "provider_job_id"}',
      parser: resolveRequest,
      refuse: () => {
        refuseIfOver(run);
      },
    },
    (request) => applyCommand(run, { command: 'resolve', ...withJobAndKey(run, request) }),
  );
}

/** The key is the API's, or the update's id. */
function withJobAndKey<Request extends { readonly key?: string | undefined }>(
  { plan }: OutputRun,
  request: Request,
) {
  return {
    ...request,
    job_id: plan.jobId,
    key: request.key ?? `update/${currentUpdateInfo()?.id ?? ''}`,
  };
}

/** Applies a command in PostgreSQL, and follows it. Not cancellable: a cancel finds it applied or not applied. */
async function applyCommand(run: OutputRun, command: SupportCommand): Promise<CommandDone> {
  const answer = await CancellationScope.nonCancellable(() =>
    localActivities.applyCommand(run.plan.accountId, command),
  );
  switch (answer.outcome) {
    case 'done':
      // Another output's workflow finds it at its next step or deadline.
      await follow(run);
      return answer;
    case 'refused':
      throw refusal(answer.reason);
    case 'key_reused':
      throw ApplicationFailure.nonRetryable(
        'this key was used for another command',
        'idempotency_key_reused',
      );
    case 'not_found':
      throw wrong(`There is no such ${answer.what}.`);
    case 'invalid':
      throw wrong(`${answer.pointer}: ${answer.code}`);
    case 'look_up':
      throw refusal('provider_does_not_say');
    default:
      return assertNever(answer);
  }
}

/** Follows what support has changed, as PostgreSQL has it. A release ends the run. */
async function follow(run: OutputRun): Promise<void> {
  const { accountId, outputId } = run.plan;
  const record = await CancellationScope.nonCancellable(() =>
    localActivities.readOutputRecord(accountId, outputId),
  );
  if (run.isOver) return;
  if (record.returnBy === null) run.interrupt('released');
  else followRecord(run.control, record, record.returnBy);
  showStatus(run);
}

function refuseIfOver({ isOver }: OutputRun): void {
  if (isOver) throw refusal('job_ended');
}

/** @param until RFC 3339, as the parser returns it. */
function refuseUntil({ control }: OutputRun, until: string): void {
  const untilMs = Date.parse(until);
  if (untilMs <= control.returnAtMs) throw refusal('not_later');
  if (untilMs > Date.now() + MAX_EXTENSION_SECONDS * 1_000) throw wrong('until is at most a week ahead.');
}

function refuseAttempt({ control }: OutputRun, name: AttemptName): void {
  const isOne = [...control.followed.values()].some(({ attempt }) =>
    [attempt.number, attempt.reference].includes(name),
  );
  if (!isOne) throw refusal(control.unknown.size > 0 ? 'attempt_unknown' : 'attempt_over');
}

/** The API reads the reason from the failure (client/support-workflow.ts). */
function refusal(reason: SupportRefusal): ApplicationFailure {
  return ApplicationFailure.nonRetryable(describeRefusal(reason), 'state_conflict', reason);
}

function wrong(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, 'invalid_request');
}
