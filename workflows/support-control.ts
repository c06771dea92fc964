import { CancellationScope } from '@temporalio/workflow';
import type { Attempt, OutputPlan } from '../domain/output-plan.ts';
import type { SupportNews } from '../domain/support-command.ts';

/** What support can move of a production, and what follows it. Instants are the workflow clock's, in ms. */
export type Control = {
  /** When the run that counts began: at admission, or at the last restart. */
  startedAtMs: number;
  /** When the credits return. Only ever later. */
  returnAtMs: number;
  /** Counts the moves of the two: whoever waits for one of them looks again. */
  moves: number;
  /** Of which run the start was watched, and whether being stuck was: once each, however often production is taken up. */
  startWatchedOfMs: number | undefined;
  isStuckWatched: boolean;
  /** When to look whether it is stuck, once more when nobody could tell. */
  stuckLookAtMs: number;
  /** Submissions that a provider has accepted, and what follows each. */
  readonly followed: Map<string, { readonly attempt: Attempt; readonly scope: CancellationScope }>;
  /** By reference: attempts whose outcome nobody knows; those support has spoken of; those it has replaced. */
  readonly unknown: Map<string, Attempt>;
  readonly resolved: Set<string>;
  readonly replaced: Set<string>;
};

export function createControl({ ageSeconds, times }: OutputPlan): Control {
  const startedAtMs = Date.now() - ageSeconds * 1_000;
  return {
    startedAtMs,
    returnAtMs: startedAtMs + times.deadlineSeconds * 1_000,
    moves: 0,
    startWatchedOfMs: undefined,
    isStuckWatched: false,
    stuckLookAtMs: startedAtMs + times.stuckSeconds * 1_000,
    followed: new Map(),
    unknown: new Map(),
    resolved: new Set(),
    replaced: new Set(),
  };
}

/** Moves the deadline, to a later instant only: news may come twice, and late. */
export function returnLater(control: Control, returnAtMs: number): void {
  if (!(returnAtMs > control.returnAtMs)) return;
  control.returnAtMs = returnAtMs;
  control.moves++;
}

/** Takes up what support has done in PostgreSQL. A release is the production's to take up: it ends it. */
export function takeUp(control: Control, news: Exclude<SupportNews, { readonly command: 'release' }>): void {
  switch (news.command) {
    case 'extend':
      returnLater(control, Date.parse(news.returnBy));
      break;
    case 'restart':
      if (control.replaced.has(news.attempt)) break;
      control.replaced.add(news.attempt);
      control.startedAtMs = Date.now();
      control.moves++;
      returnLater(control, Date.parse(news.returnBy));
      control.followed.get(news.attempt)?.scope.cancel();
      break;
    case 'resolve':
      control.resolved.add(news.attempt);
      break;
  }
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
