import type { JobEvent } from '../../../client/http/wire-types.ts';
import { creditsText } from '../../shared/parts/money.tsx';
import { sentenceOf } from '../../shared/parts/state-badge.tsx';

const WORDS: Readonly<Record<string, string>> = {
  'job.queued': 'Accepted, and its credits reserved',
  'job.running': 'Work started',
  'job.stuck': 'Taking longer than usual',
  'job.succeeded': 'Delivered and charged',
  'job.partially_succeeded': 'Delivered in part; the rest was returned',
  'job.failed': 'Failed',
  'job.canceled': 'Canceled',
  'credits.returned': 'Credits returned',
  'credits.refunded': 'Credits refunded',
};

/** An event as a sentence. */
export function eventText({ type, data }: JobEvent): string {
  const credits = typeof data['credits'] === 'number' ? creditsText(data['credits']) : null;
  if (type === 'job.progress') return `Stage: ${sentenceOf(stageOf(data) ?? 'next').toLowerCase()}`;
  const words = WORDS[type] ?? sentenceOf(type.replaceAll('.', ' '));
  return type.startsWith('credits.') && credits !== null ? `${credits} ${words.toLowerCase()}` : words;
}

/** The stages of a service that names none, and of a job of several outputs: the other events say the same. */
const NO_STAGES: readonly string[] = ['running', 'outputs'];

/** Returns true if an event is news: of several progress reports of one stage, only the first. */
export function isMilestone(event: JobEvent, before: JobEvent | undefined): boolean {
  if (event.type !== 'job.progress') return true;
  const stage = stageOf(event.data);
  return (
    stage !== null &&
    !NO_STAGES.includes(stage) &&
    (before?.type !== 'job.progress' || stageOf(before.data) !== stage)
  );
}

function stageOf(data: JobEvent['data']): string | null {
  return typeof data['stage'] === 'string' ? data['stage'] : null;
}
