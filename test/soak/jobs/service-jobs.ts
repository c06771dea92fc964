import type { SeededRandom } from '../soak-random.ts';

/** What befalls a job at the fake of a service: the fake finds it in the words that it is sent. */
const FATES = ['well', 'busy', 'fails', 'moderated', 'lost'] as const;
type Fate = (typeof FATES)[number];

const OFTEN: readonly Fate[] = [
  ...Array<Fate>(12).fill('well'),
  'busy',
  'busy',
  'fails',
  'moderated',
  'lost',
];

/**
 * The models of soak-catalogue.mjs: what each makes, whether a submission whose answer is lost is found out: by a look-up, or by the webhook of its
 * address; and whether the answer is the run.
 */
const SERVICE_MODELS = {
  'soak/gpu': { kind: 'static_ad', isFound: true, isAnswered: false },
  'soak/replicate': { kind: 'static_ad', isFound: true, isAnswered: false },
  'soak/fal': { kind: 'static_ad', isFound: true, isAnswered: false },
  'soak/images': { kind: 'static_ad', isFound: false, isAnswered: true },
  'soak/chat': { kind: 'script', isFound: false, isAnswered: true },
  'soak/speech': { kind: 'voice', isFound: false, isAnswered: true },
} as const;
type ServiceModel = keyof typeof SERVICE_MODELS;
const NAMES = Object.keys(SERVICE_MODELS) as readonly ServiceModel[];

type ServiceJob = {
  readonly body: Readonly<Record<string, unknown>>;
  /** It ends at its deadline: nothing can tell what came of it. */
  readonly isEndless: boolean;
};

export function nextServiceJob(random: SeededRandom, number: number): ServiceJob {
  const model = random.oneOf(NAMES);
  const { kind, isFound } = SERVICE_MODELS[model];
  const fate = random.oneOf(OFTEN);
  const words = `Soak ${String(number)} goes ${fate}.`;
  const work = kind === 'static_ad' ? { brief: { headline: words } } : { line: words };
  return { body: { kind, model, ...work }, isEndless: fate === 'lost' && !isFound };
}

const FATE = /\bSoak (\d+) goes (\w+)\./;

/** Which job it is and what is to befall it, of the words that a fake was sent. */
export function fateOf(sent: unknown): { readonly job: string; readonly fate: Fate } {
  const [, job = '', fate = 'well'] = FATE.exec(JSON.stringify(sent)) ?? [];
  return { job, fate: FATES.find((name) => name === fate) ?? 'well' };
}

/** How the output of a job at a service may end, where nothing else befalls it; null: it is not at one of them. */
export function expectedServiceEnds(body: Readonly<Record<string, unknown>>): readonly string[] | null {
  const model = NAMES.find((name) => name === body['model']);
  if (model === undefined) return null;
  const { isFound, isAnswered } = SERVICE_MODELS[model];
  // The worker that waits for an answer is killed: what came of the run is unknown for good.
  const ofKill = model === 'soak/gpu' ? [] : ['outcome_unknown'];
  switch (fateOf(body).fate) {
    case 'well':
    case 'busy':
      return ['succeeded', ...ofKill];
    case 'fails':
      return ['provider_failed', ...ofKill];
    case 'moderated':
      // The fake of those that answer has one answer for all failures.
      return [isAnswered ? 'provider_failed' : 'moderated_output', ...ofKill];
    case 'lost':
      return isFound ? ['succeeded', ...ofKill] : ['outcome_unknown'];
  }
}
