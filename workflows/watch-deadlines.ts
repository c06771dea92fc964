import { CancellationScope, isCancellation, log, sleep, upsertSearchAttributes } from '@temporalio/workflow';
import { glanceWithin } from './activity-proxies.ts';
import type { Interruption, Production } from './production.ts';

/**
 * Watches a job's instants with one timer, armed again for the next: must it have started, is it stuck, is it over.
 * Calls `interrupt` at most once, and not after `cancel`.
 */
export function watchDeadlines(
  production: Production,
  interrupt: (interruption: Interruption) => void,
): { cancel(): void } {
  const scope = new CancellationScope();
  const watching = scope.run(() => watch(production, interrupt));
  watching.catch((error: unknown) => {
    // return_by stands with the reservation: without this watch the reconciler still keeps the promise.
    if (!isCancellation(error)) log.error('deadlines are no longer watched', { error });
  });
  return {
    cancel: () => {
      scope.cancel();
    },
  };
}

async function watch(production: Production, interrupt: (interruption: Interruption) => void): Promise<void> {
  const { accountId, jobId, outputId, times, ageSeconds } = production.plan;
  const startedAt = Date.now() - ageSeconds * 1_000;
  const glance = () => glanceWithin(startedAt + times.deadlineSeconds * 1_000 - Date.now());
  const instants = [
    {
      afterSeconds: times.startDeadlineSeconds,
      act: async (): Promise<Interruption | undefined> => {
        // Not accepted yet is our own delay, or unknown: not a provider that does not start.
        const { started } = production;
        if (started === undefined) return undefined;
        return (await glance().hasStarted(started.attempt, started.providerJobId))
          ? undefined
          : 'start_deadline';
      },
    },
    {
      afterSeconds: times.stuckSeconds,
      act: async (): Promise<undefined> => {
        production.isStuck = await glance().markStuck(accountId, jobId, outputId);
        if (production.isStuck)
          upsertSearchAttributes({ HoldfastState: ['stuck'], HoldfastStuckSince: [new Date()] });
      },
    },
    { afterSeconds: times.deadlineSeconds, act: () => Promise.resolve('run_deadline' as const) },
  ].sort((one, other) => one.afterSeconds - other.afterSeconds);

  for (const instant of instants) {
    await sleep(Math.max(0, startedAt + instant.afterSeconds * 1_000 - Date.now()));
    const interruption = await instant.act().catch((error: unknown) => {
      if (isCancellation(error)) throw error;
      log.warn('an instant could not be watched', { error });
      return undefined;
    });
    if (CancellationScope.current().consideredCancelled) return;
    if (interruption === undefined) continue;
    interrupt(interruption);
    return;
  }
}
