import { ApplicationFailure, CancellationScope, currentUpdateInfo, log } from '@temporalio/workflow';
import { assertNever } from '../../domain/assert-never.ts';
import {
  describeRefusal,
  MAX_EXTENSION_SECONDS,
  newsOf,
  type AttemptName,
  type SupportAsk,
  type SupportDone,
  type SupportNews,
  type SupportRefusal,
} from '../../domain/support-command.ts';
import { localActivities } from '../activity-proxies.ts';
import { handleSignal, handleUpdate } from '../messages/handle-message.ts';
import {
  extendRequest,
  releaseRequest,
  resolveRequest,
  restartRequest,
  supportNews,
} from '../messages/message-parsers.ts';
import {
  extendUpdate,
  releaseUpdate,
  resolveUpdate,
  restartUpdate,
  supportSignal,
  type SupportUpdate,
} from '../../contract/workflow-messages.ts';
import type { OutputRun } from '../outputs/output-run.ts';
import { showStatus } from '../outputs/show-status.ts';
import { takeUp } from './support-control.ts';

/**
 * Registers the handlers for support commands of a run: a signal tells what was done in PostgreSQL already, and is looked up there; an update (a button of
 * Temporal UI) says what is to be done now, by the same function and under the update's own key. What cannot be right by what the
 * workflow knows is refused here; PostgreSQL decides the rest.
 */
export function listenToSupport(run: OutputRun): void {
  handleSignal(supportSignal, supportNews, (news) => {
    followIfTrue(run, news).catch((error: unknown) => {
      log.warn('news of support could not be confirmed', { ...news, error });
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
    (request) => obey(run, request, { command: 'release' }),
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
    (request) => obey(run, request, { command: 'extend', until: request.until }),
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
    (request) => obey(run, request, { command: 'restart', from_attempt: request.from_attempt }),
  );
  handleUpdate(
    resolveUpdate,
    {
      description:
        'Say whether an unknown attempt "ran" or "did_not_run". {"actor", "reason", "outcome", "provider_job_id"}',
      parser: resolveRequest,
      refuse: () => {
        refuseIfOver(run);
        if (run.control.unknown.size === 0) throw refusal('attempt_known');
      },
    },
    ({ outcome, attempt, provider_job_id, ...request }) =>
      obey(run, request, {
        command: 'resolve',
        outcome,
        ...(attempt === undefined ? {} : { attempt }),
        ...(provider_job_id === undefined ? {} : { provider_job_id }),
      }),
  );
}

/** A signal is a hint to look: what it says counts as far as PostgreSQL says the same, which has it with who and why. */
async function followIfTrue(run: OutputRun, news: SupportNews): Promise<void> {
  const { accountId, outputId } = run.plan;
  const { isTrue, returnBy } = await CancellationScope.nonCancellable(() =>
    localActivities.confirmNews(accountId, outputId, news),
  );
  if (!isTrue) {
    log.warn('a signal of support was ignored: nothing of the kind is on record', { ...news, outputId });
    return;
  }
  if (run.isOver) return;
  follow(run, 'returnBy' in news && returnBy !== null ? { ...news, returnBy } : news);
}

function follow(run: OutputRun, news: SupportNews): void {
  if (news.command === 'release') run.interrupt('released');
  else takeUp(run.control, news);
  showStatus(run);
}

/** Does it in PostgreSQL, and follows. Not cancellable: a cancel that comes meanwhile finds it done or not done. */
async function obey(
  run: OutputRun,
  { actor, reason, key, fingerprint }: SupportUpdate,
  ask: SupportAsk,
): Promise<SupportDone> {
  const { accountId, jobId } = run.plan;
  const answer = await CancellationScope.nonCancellable(() =>
    localActivities.obeySupport({
      accountId,
      jobId,
      key: key ?? `update/${currentUpdateInfo()?.id ?? ''}`,
      fingerprint,
      actor,
      reason,
      ask,
    }),
  );
  switch (answer.outcome) {
    case 'done': {
      // Of another output of the job, its own workflow is to be told: that is the API's to do.
      const told = newsOf(ask.command, answer);
      if (told?.outputIds.includes(run.plan.outputId) === true) follow(run, told.news);
      return answer;
    }
    case 'refused':
      throw refusal(answer.reason);
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

function refusal(reason: SupportRefusal): ApplicationFailure {
  return ApplicationFailure.nonRetryable(describeRefusal(reason), 'state_conflict', reason);
}

function wrong(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, 'invalid_request');
}
