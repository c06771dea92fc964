import { ApplicationFailure, CancellationScope, currentUpdateInfo, setHandler } from '@temporalio/workflow';
import { assertNever } from '../domain/assert-never.ts';
import {
  describeRefusal,
  MAX_EXTENSION_SECONDS,
  newsOf,
  type AttemptName,
  type SupportAsk,
  type SupportDone,
  type SupportNews,
  type SupportRefusal,
} from '../domain/support-command.ts';
import { hasVisibleCharacter } from '../domain/visible-text.ts';
import { quick } from './activity-proxies.ts';
import {
  extendUpdate,
  releaseUpdate,
  resolveUpdate,
  restartUpdate,
  supportSignal,
  type ExtendRequest,
  type ResolveRequest,
  type RestartRequest,
  type SupportUpdate,
} from './messages.ts';
import type { Production } from './production.ts';
import { showStanding } from './show-standing.ts';
import { takeUp } from './support-control.ts';

/**
 * Lets support at a production: by the signal, what was done in PostgreSQL already; by an update (a button of Temporal UI),
 * what is to be done now, by the same function and under the update's own key. A validator refuses what cannot be right
 * by what the workflow knows; PostgreSQL decides.
 */
export function listenToSupport(production: Production): void {
  setHandler(supportSignal, (news) => {
    follow(production, news);
  });
  setHandler(releaseUpdate, (request) => obey(production, request, { command: 'release' }), {
    description: 'Return the reserved credits now, and stop the model. {"actor", "reason"}',
    validator: (request: SupportUpdate) => {
      refuseIfWrong(production, request);
    },
  });
  setHandler(
    extendUpdate,
    (request) => obey(production, request, { command: 'extend', until: request.until }),
    {
      description: 'Let it run until a later time, at most a week ahead. {"actor", "reason", "until"}',
      validator: (request: ExtendRequest) => {
        refuseIfWrong(production, request);
        refuseUntil(production, request.until);
      },
    },
  );
  setHandler(
    restartUpdate,
    (request) => obey(production, request, { command: 'restart', from_attempt: request.from_attempt }),
    {
      description: 'Run it once more, in place of the attempt named. {"actor", "reason", "from_attempt"}',
      validator: (request: RestartRequest) => {
        refuseIfWrong(production, request);
        refuseAttempt(production, request.from_attempt);
      },
    },
  );
  setHandler(
    resolveUpdate,
    ({ outcome, attempt, provider_job_id, ...request }) =>
      obey(production, request, {
        command: 'resolve',
        outcome,
        ...(attempt === undefined ? {} : { attempt }),
        ...(provider_job_id === undefined ? {} : { provider_job_id }),
      }),
    {
      description:
        'Say whether an unknown attempt "ran" or "did_not_run". {"actor", "reason", "outcome", "provider_job_id"}',
      validator: (request: ResolveRequest) => {
        refuseIfWrong(production, request);
        if (!['ran', 'did_not_run'].includes(request.outcome))
          throw wrong('outcome is "ran" or "did_not_run".');
        if (production.control.unknown.size === 0) throw refusal('attempt_known');
      },
    },
  );
}

function follow(production: Production, news: SupportNews): void {
  if (news.command === 'release') production.interrupt('released');
  else takeUp(production.control, news);
  showStanding(production);
}

/** Does it in PostgreSQL, and follows. Not cancellable: a cancel that comes meanwhile finds it done or not done. */
async function obey(
  production: Production,
  { actor, reason, key, fingerprint }: SupportUpdate,
  ask: SupportAsk,
): Promise<SupportDone> {
  const { accountId, jobId } = production.plan;
  const answer = await CancellationScope.nonCancellable(() =>
    quick.obeySupport({
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
      if (told?.outputIds.includes(production.plan.outputId) === true) follow(production, told.news);
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

function refuseIfWrong({ isOver }: Production, { actor, reason }: SupportUpdate): void {
  for (const [name, text] of Object.entries({ actor, reason }))
    if (typeof text !== 'string' || !hasVisibleCharacter(text))
      throw wrong(`Say ${name}: who does this, and why, is kept.`);
  if (isOver) throw refusal('job_ended');
}

function refuseUntil({ control }: Production, until: unknown): void {
  const untilMs = typeof until === 'string' ? Date.parse(until) : Number.NaN;
  if (Number.isNaN(untilMs)) throw wrong('until is a time, e.g. 2026-01-31T12:00:00Z.');
  if (untilMs <= control.returnAtMs) throw refusal('not_later');
  if (untilMs > Date.now() + MAX_EXTENSION_SECONDS * 1_000) throw wrong('until is at most a week ahead.');
}

function refuseAttempt({ control }: Production, name: AttemptName): void {
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
