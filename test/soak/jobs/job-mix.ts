import { TEST_SCENARIOS, type TestScenario } from '../../../domain/work/job-request.ts';
import type { SeededRandom } from '../soak-random.ts';
import { nextServiceJob } from './service-jobs.ts';
import { nextWrongMessage, type WrongMessage } from './wrong-messages.ts';

/** What a person with access to Temporal may do to a workflow of a job without our knowledge. */
export type Sabotage = {
  readonly afterMs: number;
  /** To which of a job's workflows, counted around: that of the job, then those of its outputs where they have their own. */
  readonly whose: number;
} & (
  | { readonly how: 'messages'; readonly messages: readonly WrongMessage[] }
  | { readonly how: 'terminate' }
  /** Its history too: nothing is known of it any more. */
  | { readonly how: 'delete' }
);

/** A job as a customer would send it, whether the customer will change their mind about it, and whether it is sabotaged. */
export type SoakJob = {
  readonly key: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly cancelAfterMs: number | null;
  readonly sabotage: Sabotage | null;
};

/** Every scenario of the model service, sound ones most often, and lost outcomes twice as often as other faults. */
const SCENARIOS: readonly TestScenario[] = [
  ...Array<TestScenario>(23).fill('ok'),
  'unknown_outcome',
  ...TEST_SCENARIOS,
];

/** Scenarios that end at a deadline: waiting for the model's own would only be waiting. */
const ENDLESS: readonly TestScenario[] = ['never_starts', 'never_finishes', 'unknown_outcome_lost'];
const SHORT_DEADLINE_SECONDS = 6;
/**
 * Of all others: what a kill or an outage leaves in doubt is settled within it, and a soak does not wait for the model's own quarter of
 * an hour. With a shorter one a job may meet its deadline while a process is down.
 */
export const ENOUGH_SECONDS = 120;

/** At the services that are not the sandbox. */
const SERVICE_PERCENT = 40;

const CANCELED_PERCENT = 8;
const CANCEL_WITHIN_MS = 1_500;

const SABOTAGED_PERCENT = 25;
const MEDDLE_WITHIN_MS = 2_500;
const MAX_MESSAGES = 6;
/** Half of what befalls a job of several outputs befalls one of them. */
const MOST_OUTPUTS = 10;

/**
 * Job number `number` of a soak, the same for the same seed.
 * @param deadlineSeconds of a job that ends by itself.
 * @param delivered an output of the account that an edit could be made of, when there is one.
 */
export function nextJob(
  random: SeededRandom,
  number: number,
  {
    deadlineSeconds,
    delivered,
  }: { readonly deadlineSeconds: number; readonly delivered: string | undefined },
): SoakJob {
  const { body, isEndless } = random.inPercent(SERVICE_PERCENT)
    ? nextServiceJob(random, number)
    : sandboxJobOf(bodyOf(random, number, delivered));
  return {
    key: `soak-${String(number)}`,
    body: { ...body, deadline_seconds: isEndless ? SHORT_DEADLINE_SECONDS : deadlineSeconds },
    cancelAfterMs: random.inPercent(CANCELED_PERCENT) ? random.integer(CANCEL_WITHIN_MS) : null,
    sabotage: random.inPercent(SABOTAGED_PERCENT) ? sabotageOf(random) : null,
  };
}

function sandboxJobOf(body: SoakJob['body']) {
  return { body, isEndless: JSON.stringify(body).match(new RegExp(ENDLESS.join('|'))) !== null };
}

function sabotageOf(random: SeededRandom): Sabotage {
  const afterMs = random.integer(MEDDLE_WITHIN_MS);
  const whose = random.inPercent(50) ? 0 : random.integer(MOST_OUTPUTS);
  const how = random.integer(100);
  if (how < 15) return { how: 'terminate', afterMs, whose };
  if (how < 30) return { how: 'delete', afterMs, whose };
  const messages = Array.from({ length: 1 + random.integer(MAX_MESSAGES) }, () => nextWrongMessage(random));
  return { how: 'messages', afterMs, whose, messages };
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
