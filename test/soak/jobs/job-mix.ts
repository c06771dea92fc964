import type { TestScenario } from '../../../domain/job-request.ts';
import type { SeededRandom } from '../seeded-random.ts';

/** A job as a customer would send it, and whether somebody will change their mind about it. */
export type SoakJob = {
  readonly key: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly cancelAfterMs: number | null;
};

/** Every fault of the model service, the sound ones most often. */
const SCENARIOS: readonly TestScenario[] = [
  ...Array<TestScenario>(24).fill('ok'),
  'slow',
  'fails_before_start',
  'fails_after_start',
  'moderated_input',
  'moderated_output',
  'zero_outputs',
  'bad_content',
  'never_starts',
  'never_finishes',
  'unknown_outcome',
  'unknown_outcome',
  'unknown_outcome_lost',
  'unavailable_once',
  'rate_limited_once',
  'expired_link_once',
];

/** Scenarios that end at a deadline: waiting for the model's own would only be waiting. */
const ENDLESS: readonly TestScenario[] = ['never_starts', 'never_finishes', 'unknown_outcome_lost'];
const SHORT_DEADLINE_SECONDS = 6;

const CANCELED_PERCENT = 8;
const CANCEL_WITHIN_MS = 1_500;

/**
 * Job number `number` of a soak, the same for the same seed.
 * @param delivered an output of the account that an edit could be made of, when there is one.
 */
export function nextJob(random: SeededRandom, number: number, delivered: string | undefined): SoakJob {
  const body = bodyOf(random, number, delivered);
  const isEndless = JSON.stringify(body).match(new RegExp(ENDLESS.join('|'))) !== null;
  return {
    key: `soak-${String(number)}`,
    body: { ...body, ...(isEndless && { deadline_seconds: SHORT_DEADLINE_SECONDS }) },
    cancelAfterMs: random.inPercent(CANCELED_PERCENT) ? random.integer(CANCEL_WITHIN_MS) : null,
  };
}

function bodyOf(random: SeededRandom, number: number, delivered: string | undefined) {
  const brief = { headline: `Soak ${String(number)}` };
  const kind = random.integer(100);
  const scenario = () => ({ test_scenario: random.oneOf(SCENARIOS) });
  const ad = () => ({ kind: 'static_ad', brief, ...scenario() });
  if (kind < 66) return ad();
  if (kind < 76) return { ...ad(), variations: 2 + random.integer(4) };
  if (kind < 84) return { kind: 'batch', items: Array.from({ length: 2 + random.integer(8) }, ad) };
  if (kind < 92) return { kind: 'video_ad', brief, duration_seconds: 15, quality: 'draft', ...scenario() };
  return delivered === undefined
    ? ad()
    : { kind: 'edit', source_output_id: delivered, instruction: 'Make it brighter', ...scenario() };
}
