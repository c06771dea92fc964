import type { PredictionEnd, PredictionOrder } from './prediction.ts';
import type { SubmissionCount } from './submission-counts.ts';

/** One line of the journal. `kept`: an order that the `counted` line before it already counts. */
export type JournalLine =
  | { readonly event: 'accepted'; readonly order: PredictionOrder }
  | { readonly event: 'kept'; readonly order: PredictionOrder }
  | { readonly event: 'refused'; readonly reference: string }
  | { readonly event: 'ended'; readonly id: string; readonly end: PredictionEnd }
  | {
      readonly event: 'counted';
      readonly total: SubmissionCount;
      readonly by_reference: Readonly<Record<string, SubmissionCount>>;
    };

const EVENTS: readonly string[] = ['accepted', 'kept', 'refused', 'ended', 'counted'];

/**
 * Parses a line that this service wrote; null: it is none. Only the event is checked: the file is in our own folder and
 * no other process writes it.
 */
export function parseJournalLine(line: unknown): JournalLine | null {
  if (typeof line !== 'object' || line === null || !('event' in line)) return null;
  return EVENTS.includes(String(line.event)) ? (line as JournalLine) : null;
}
