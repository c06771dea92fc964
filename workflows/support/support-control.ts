import { CancellationScope, upsertSearchAttributes } from '@temporalio/workflow';
import type { WaitsFor } from '../../domain/work/provider-limits.ts';
import type { Attempt } from '../../domain/work/attempt.ts';
import type { OutputPlan } from '../../domain/work/output-plan.ts';
import type { OutputRecord } from '../../activities/support/read-output-record.ts';

/** What support can change of a run, and what follows. Instants are of the workflow's clock, in ms. */
export type Control = {
  /** When the credits return. It moves to later instants only. */
  returnAtMs: number;
  /** Called when a watched instant has moved (watch-deadlines.ts). */
  watchAgain: () => void;
  /** When to look whether every submission has begun; undefined: all of them have. */
  startLookAtMs: number | undefined;
  /** Whether the output was checked for being stuck: once, also when it is run again. */
  isStuckWatched: boolean;
  /** When to check whether it is stuck; again after a check that failed. */
  stuckLookAtMs: number;
  /** Attempts that are being run, and the scope of each. */
  readonly followed: Map<string, { readonly attempt: Attempt; readonly scope: CancellationScope }>;
  /** By reference: attempts with an unknown outcome; those that support has resolved; those that it has replaced. */
  readonly unknown: Map<string, Attempt>;
  readonly resolved: Set<string>;
  readonly replaced: Set<string>;
  /** By reference: attempts that wait for their turn, and what each waits for. */
  readonly waiting: Map<string, WaitsFor>;
};

export function createControl({ ageSeconds, times }: OutputPlan): Control {
  const admittedAtMs = Date.now() - ageSeconds * 1_000;
  return {
    returnAtMs: admittedAtMs + times.deadlineSeconds * 1_000,
    watchAgain: () => undefined,
    startLookAtMs: undefined,
    isStuckWatched: false,
    stuckLookAtMs: admittedAtMs + times.stuckSeconds * 1_000,
    followed: new Map(),
    unknown: new Map(),
    resolved: new Set(),
    replaced: new Set(),
    waiting: new Map(),
  };
}

/**
 * A submission is about to be made: its provider has its start deadline to begin. An earlier look stays; it finds how
 * old each submission is, and when to look again.
 */
export function expectStart(control: Control, startDeadlineSeconds: number): void {
  if (control.startLookAtMs !== undefined) return;
  control.startLookAtMs = Date.now() + startDeadlineSeconds * 1_000;
  control.watchAgain();
}

/** Moves the deadline to a later instant. Calling it twice, or late, changes nothing. */
export function returnLater(control: Control, returnAtMs: number): void {
  if (!(returnAtMs > control.returnAtMs)) return;
  control.returnAtMs = returnAtMs;
  control.watchAgain();
}

/** Follows what support has changed, as the record has it. Twice is the same as once. */
export function followRecord(control: Control, { replaced, known }: OutputRecord, returnBy: string): void {
  returnLater(control, Date.parse(returnBy));
  for (const reference of replaced) {
    if (control.replaced.has(reference)) continue;
    control.replaced.add(reference);
    control.followed.get(reference)?.scope.cancel();
  }
  for (const reference of known) if (control.unknown.has(reference)) control.resolved.add(reference);
}

/** Forgets the unknown attempts: the next run finds them again. */
export function forgetUnknown({ unknown }: Control): void {
  if (unknown.size === 0) return;
  unknown.clear();
  upsertSearchAttributes({ HoldfastUnknownSince: [] });
}

/** Runs `follow` to its end, or until support replaces the attempt. */
export async function followUnlessReplaced<Outcome>(
  control: Control,
  attempt: Attempt,
  follow: () => Promise<Outcome>,
): Promise<Outcome | { readonly outcome: 'replaced' }> {
  const { reference } = attempt;
  if (control.replaced.has(reference)) return { outcome: 'replaced' };
  const scope = new CancellationScope();
  control.followed.set(reference, { attempt, scope });
  try {
    return await scope.run(follow);
  } catch (error) {
    // A canceled step may end with any error: if its worker died then, the server calls it a timeout.
    const isOurs = scope.consideredCancelled && !CancellationScope.current().consideredCancelled;
    if (isOurs && control.replaced.has(reference)) return { outcome: 'replaced' };
    throw error;
  } finally {
    control.followed.delete(reference);
  }
}
