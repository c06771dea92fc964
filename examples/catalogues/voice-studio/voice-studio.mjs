const LANGUAGES = ['en', 'de', 'fr', 'ja'];

const kinds = ({ z, text }) => [
  {
    name: 'voice_over',
    fields: {
      script: text({ max: 20_000, isParagraph: true }),
      voice: z.enum(['alto', 'tenor', 'bass']).optional(),
      language: z.enum(LANGUAGES).optional(),
    },
    defaults: { voice: 'alto', language: 'en' },
    mediaTypes: ['audio/mp4'],
    priceFields: ['script', 'language'],
    supportFields: ['voice', 'language'],
    subject: 'script',
  },
  {
    name: 'podcast_clip',
    fields: { topic: text({ max: 500 }), seconds: z.int().min(10).max(120) },
    mediaTypes: ['audio/mp4'],
    priceFields: ['seconds'],
    supportFields: ['seconds'],
    durationField: 'seconds',
    retentionDays: 90,
    canBeVaried: false,
  },
];

const priceLists = ({ flat, table, sum, perSecond, perThousandCharacters }) => [
  {
    name: 'standard',
    version: 1,
    prices: {
      voice_over: sum(
        perThousandCharacters('script', { credits: 20, minimum: 30 }),
        table(['language'], { en: 0, de: 10, fr: 10, ja: 15 }),
      ),
      podcast_clip: sum(flat(50), perSecond('seconds', { credits: 2 })),
      preview: flat(1),
    },
    planning: { voice_overs: 30, podcast_clips: 110 },
  },
  {
    name: 'agency',
    version: 2,
    prices: {
      voice_over: perThousandCharacters('script', { credits: 15 }),
      podcast_clip: flat(90),
      preview: flat(1),
    },
    planning: { voice_overs: 15, podcast_clips: 90 },
  },
];

const clipStages = [
  { name: 'script', model: 'studio/writer', mediaType: 'application/json', share: 0.1 },
  { name: 'voice', model: 'studio/speaker', needs: ['script'], mediaType: 'audio/mp4', share: 0.4 },
  { name: 'mix', model: 'studio/mixer', needs: ['script', 'voice'], mediaType: 'audio/mp4', share: 0.5 },
];

const models = [
  {
    name: 'studio/sandbox',
    provider: 'local',
    makes: {
      voice_over: {
        times: { expectedSeconds: 10, startDeadlineSeconds: 18, stuckSeconds: 20, deadlineSeconds: 600 },
      },
      podcast_clip: {
        times: { expectedSeconds: 30, startDeadlineSeconds: 40, stuckSeconds: 60, deadlineSeconds: 900 },
        stages: clipStages,
      },
    },
    minDeadlineSeconds: 3,
    maxDeadlineSeconds: 3_600,
    isSandbox: true,
    cancelRule: 'Cancel at any time before it is delivered and all of its credits return.',
    cost: { per_call: '0.0060' },
    toInput: ({ script, topic, seconds, voice, language, instruction }) => ({
      kind: 'sound',
      text: script ?? topic,
      seconds,
      voice,
      language,
      instruction,
    }),
  },
];

const DAY_SECONDS = 86_400;

/** @type {import('../../../catalogue/adopter-tools.ts').CatalogueFile} */
export const catalogue = (tools) =>
  tools.defineCatalogue({
    kinds: kinds(tools),
    models,
    priceLists: priceLists(tools),
    plans: [
      { name: 'solo', credits: 2_000 },
      { name: 'team', credits: 10_000 },
    ],
    packs: [{ name: 'hour', credits: 1_500, lifetimeMonths: 24 }],
    grants: {
      signUp: { credits: 500 },
      trial: { credits: 800, lifetimeSeconds: 14 * DAY_SECONDS },
      referral: { credits: 300, lifetimeMonths: 6 },
      goodwill: { lifetimeSeconds: 90 * DAY_SECONDS },
      topUp: { lifetimeMonths: 24 },
      lowBalanceAt: 110,
    },
    meters: [{ name: 'preview' }],
  });
