import { condition, log, sleep, upsertSearchAttributes } from '@temporalio/workflow';
import type { AttemptOutcome } from '../../activities/attempts/attempt-outcome.ts';
import type { Attempt } from '../../domain/work/attempt.ts';
import type { StagePart } from '../../domain/work/stages.ts';
import type { ProviderSteps } from '../activity-proxies.ts';
import type { MadeOrFailed, OutputRun } from './output-run.ts';
import { createPartAttempts } from './part-attempts.ts';
import { showStatus } from './show-status.ts';
import { expectStart, followUnlessReplaced } from '../support/support-control.ts';

/**
 * Makes one part of a stage: runs attempts until one has made it or no further one is allowed. A finished attempt is
 * found by its row, so a workflow that starts over repeats nothing.
 */
export async function runPart(run: OutputRun, steps: ProviderSteps, part: StagePart): Promise<MadeOrFailed> {
  const attempts = createPartAttempts(run.plan, part);
  for (;;) {
    const attempt = attempts.next();
    if (attempt.isFinal) run.deliverable = attempt;
    expectStart(run.control, run.plan.times.startDeadlineSeconds);
    const ended = await runToItsEnd(run, steps, attempt);
    switch (ended.outcome) {
      case 'made':
        return ended;
      case 'fenced':
        // The reservation has ended elsewhere (the reconciler, support): settling returns how.
        return { outcome: 'failed', code: 'terminated' };
      case 'replaced':
        // A replaced attempt delivers nothing.
        run.deliverable = undefined;
        stopReplaced(steps, attempt);
        attempts.startOver();
        break;
      case 'failed':
      case 'rejected': {
        const after = attempts.after(ended);
        if (after.next === 'fail') return { outcome: 'failed', code: after.code };
        if (after.next === 'attempt')
          await sleep(after.pauseMs, {
            summary: `before ${part.stage.name}, attempt ${String(attempt.number + 1)}`,
          });
      }
    }
  }
}

/** Runs one attempt to its end, or until support replaces it. Waits for its turn, and while its outcome is unknown. */
async function runToItsEnd(
  run: OutputRun,
  steps: ProviderSteps,
  attempt: Attempt,
): Promise<Exclude<AttemptOutcome, { outcome: 'unknown' | 'waiting' }>> {
  for (;;) {
    const ended = await followUnlessReplaced(run.control, attempt, () => {
      showStatus(run);
      return steps.run.runAttempt.executeWithOptions({ summary: summaryOf(attempt) }, [attempt]);
    });
    if (ended.outcome === 'waiting') await waitInLine(run, attempt, ended);
    else if (ended.outcome === 'unknown') await findOut(run, steps, attempt);
    else return ended;
  }
}

/** Sleeps until the attempt asks for its turn again. Meanwhile it holds no slot of a worker. */
async function waitInLine(
  run: OutputRun,
  { reference, stage, number }: Attempt,
  { waitsFor, retryAfterMs }: AttemptOutcome & { readonly outcome: 'waiting' },
): Promise<void> {
  run.control.waiting.set(reference, waitsFor);
  showStatus(run);
  await sleep(retryAfterMs, { summary: `${stage}, attempt ${String(number)}, waits for its ${waitsFor}` });
  run.control.waiting.delete(reference);
}

/** Waits until the outcome of an unknown attempt is known: from the provider, or else from support. */
async function findOut(run: OutputRun, steps: ProviderSteps, attempt: Attempt): Promise<void> {
  const { control } = run;
  const { reference } = attempt;
  const resolve = () => steps.run.resolve.executeWithOptions({ summary: summaryOf(attempt) }, [attempt]);
  control.unknown.set(reference, attempt);
  showStatus(run);
  // Support filters by this attribute.
  upsertSearchAttributes({ HoldfastUnknownSince: [new Date()] });
  let resolution = await resolve();
  while (resolution.outcome === 'unresolvable') {
    // Parked until support, a cancel or the deadline ends it.
    await condition(() => control.resolved.has(reference));
    resolution = await resolve();
  }
  if (resolution.providerJobId !== null)
    run.providerJobs = { ...run.providerJobs, [reference]: resolution.providerJobId };
  control.unknown.delete(reference);
  if (control.unknown.size === 0) upsertSearchAttributes({ HoldfastUnknownSince: [] });
}

/** The text beside a step in Temporal UI. */
function summaryOf({ stage, number, provider }: Attempt): string {
  return `${stage}, attempt ${String(number)}, ${provider}`;
}

/** A replaced attempt that runs on is at our cost. Nothing waits for this. */
function stopReplaced(steps: ProviderSteps, { accountId, outputId, reference }: Attempt): void {
  steps.stopAttempts(accountId, outputId, { cause: 'replaced', reference }).catch((error: unknown) => {
    log.warn('a replaced attempt could not be stopped; the reconciler asks its provider again', {
      reference,
      error,
    });
  });
}
