import { CancellationScope, upsertSearchAttributes } from '@temporalio/workflow';
import type { WaitsFor } from '../../domain/work/provider-limits.ts';
import type { Attempt, OutputPlan } from '../../domain/work/output-plan.ts';
import type { OutputRecord } from '../../activities/support/read-output-record.ts';

/** The parts of a run that support can change, and those that follow it. Instants are the workflow clock's, in ms. */
export type Control = {
  /** When the credits return. Only ever later. */
  returnAtMs: number;
  /** Called when an instant that is watched has moved (watch-deadlines.ts). */
  watchAgain: () => void;
  /** When to look whether what was submitted has begun; undefined while all of it has. */
  startLookAtMs: number | undefined;
  /** Whether being stuck was looked at: once, however often the run is begun again. */
  isStuckWatched: boolean;
  /** When to look whether it is stuck; again after a look that failed. */
  stuckLookAtMs: number;
  /** Submissions that a provider has accepted, and what follows each. */
  readonly followed: Map<string, { readonly attempt: Attempt; readonly scope: CancellationScope }>;
  /** By reference: attempts with an unknown outcome; those that support has resolved; those that support has replaced. */
  readonly unknown: Map<string, Attempt>;
  readonly resolved: Set<string>;
  readonly replaced: Set<string>;
  /** By reference: attempts that have not left, and what each waits for. */
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
 * Something is about to be submitted: its provider is to begin within its start deadline. A look that is due sooner stays; it finds
 * how old each submission is, and when to look again.
 */
export function expectStart(control: Control, startDeadlineSeconds: number): void {
  if (control.startLookAtMs !== undefined) return;
  control.startLookAtMs = Date.now() + startDeadlineSeconds * 1_000;
  control.watchAgain();
}

/** Moves the deadline, to a later instant only: news may come twice, and late. */
export function returnLater(control: Control, returnAtMs: number): void {
  if (!(returnAtMs > control.returnAtMs)) return;
  control.returnAtMs = returnAtMs;
  control.watchAgain();
}

/** Follows what support has changed about the output, as it is on record: twice is the same as once. */
export function followRecord(control: Control, { replaced, known }: OutputRecord, returnBy: string): void {
  returnLater(control, Date.parse(returnBy));
  for (const reference of replaced) {
    if (control.replaced.has(reference)) continue;
    control.replaced.add(reference);
    control.followed.get(reference)?.scope.cancel();
  }
  for (const reference of known) if (control.unknown.has(reference)) control.resolved.add(reference);
}

/** Takes back that attempts are unknown: who looks at them anew says so again. */
export function forgetUnknown({ unknown }: Control): void {
  if (unknown.size === 0) return;
  unknown.clear();
  upsertSearchAttributes({ HoldfastUnknownSince: [] });
}

/** Follows an attempt to its end, or until support puts another in its place. */
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
    // Whatever a canceled step ends with: when its worker died at that moment, the server calls it a timeout.
    const isOurs = scope.consideredCancelled && !CancellationScope.current().consideredCancelled;
    if (isOurs && control.replaced.has(reference)) return { outcome: 'replaced' };
    throw error;
  } finally {
    control.followed.delete(reference);
  }
}
