import { describe, expect, test } from 'vitest';
import { CatalogueError } from '../../../catalogue/catalogue-error.ts';
import { CATALOGUE_TOOLS } from '../../../catalogue/catalogue-tools.ts';
import type { CatalogueDefinition } from '../../../catalogue/catalogue-definition.ts';
import { superscaleKinds } from '../../../catalogue/superscale/superscale-kinds.ts';
import { FILM_SCENES, SUPERSCALE_MODELS } from '../../../catalogue/superscale/superscale-models.ts';
import { superscalePriceLists } from '../../../catalogue/superscale/superscale-price-lists.ts';
import { FILM_SCENES as SCENES_OF_A_SCRIPT } from '../../../model-service/film-options.ts';
import { SUPERSCALE } from '../../harness/superscale.ts';

const { defineCatalogue, z, text, flat, perSecond, perThousandCharacters, table } = CATALOGUE_TOOLS;

const kinds = superscaleKinds(CATALOGUE_TOOLS);
const priceLists = superscalePriceLists(CATALOGUE_TOOLS);
const SOUND: CatalogueDefinition = {
  ...{ kinds, models: SUPERSCALE_MODELS, priceLists },
  plans: [
    { name: 'small', credits: 100 },
    { name: 'large', credits: 200 },
  ],
  packs: [{ name: 'one', credits: 100, lifetimeMonths: 12 }],
  grants: SUPERSCALE.grants,
  meters: [{ name: 'chat_message' }],
};

/** A catalogue with one more kind, made and priced like a static ad unless said otherwise. */
function withKind(kind: object, price: unknown = flat(1)): CatalogueDefinition {
  const [model] = SUPERSCALE_MODELS;
  const [list] = priceLists;
  const poster = {
    name: 'poster',
    fields: { brief: CATALOGUE_TOOLS.brief },
    mediaTypes: ['image/png'],
    ...kind,
  };
  return {
    ...SOUND,
    kinds: [...kinds, poster],
    models: [{ ...model, makes: { ...model?.makes, poster: { times: model?.makes['static_ad']?.times } } }],
    priceLists: [{ ...list, prices: { ...list?.prices, poster: price } }],
  } as CatalogueDefinition;
}

const withModel = (change: object): CatalogueDefinition =>
  ({ ...SOUND, models: [{ ...SUPERSCALE_MODELS[0], ...change }] }) as CatalogueDefinition;

const faultsOf = (definition: unknown): readonly string[] => {
  try {
    defineCatalogue(definition as CatalogueDefinition);
    return [];
  } catch (error) {
    if (!(error instanceof CatalogueError)) throw error;
    return error.faults.map(({ path, fault }) => `${path}: ${fault}`);
  }
};

test('a sound catalogue is taken as it is', () => {
  expect(faultsOf(SOUND)).toEqual([]);
  expect(faultsOf(withKind({}))).toEqual([]);
});

test('a price that is missing for what a kind allows is named by its list, its kind and its values', () => {
  const prices = {
    15: { draft: 1, standard: 1, high: 1 },
    30: { draft: 1, standard: 1, high: 1 },
    60: { draft: 1, standard: 1 },
  };
  const second = {
    name: 'agency',
    version: 2,
    prices: { ...priceLists[0]?.prices, video_ad: table(['duration_seconds', 'quality'], prices) },
    planning: {},
  };
  expect(faultsOf({ ...SOUND, priceLists: [...priceLists, second] })).toEqual([
    'priceLists[1].video_ad: no price for duration_seconds 60, quality high',
  ]);
});

test('all faults are told of at once, in a message that names each', () => {
  const broken = {
    ...withKind({ mediaTypes: ['png'] }),
    plans: [{ name: 'Small', credits: 0 }],
    meters: [{ name: 'static_ad' }],
  };
  const faults = faultsOf(broken);
  expect(faults).toEqual([
    'kinds[2].mediaTypes[0]: a media type, as image/png',
    'plans[0].name: a name is small letters, digits and _, at most 40',
    'plans[0].credits: Too small: expected number to be >=1',
    'priceLists[0].chat_message: a price for what is neither a kind nor a meter',
    'meters[0].name: static_ad is a kind',
  ]);
  expect(() => defineCatalogue(broken)).toThrow(
    'the catalogue has 5 faults, and nothing was started:\n  kinds[2].mediaTypes[0]: a media type, as image/png\n',
  );
});

const script = text({ max: 5_000 });
describe('what is wrong with', () => {
  test.each<[string, unknown, readonly string[]]>([
    [
      'a kind of a name that is ours',
      withKind({ name: 'edit' }),
      [
        'kinds[2].name: "edit" is a kind of ours, which works for every kind',
        'kinds[2]: no model makes edit',
        'models[0].makes.poster: there is no kind poster',
        'priceLists[0].edit: no price',
        'priceLists[0].poster: a price for what is neither a kind nor a meter',
      ],
    ],
    [
      'a field that every body has',
      withKind({ fields: { model: z.string() } }),
      ['kinds[2].fields.model: every job body has a field of this name already'],
    ],
    [
      'a brief of its own',
      withKind({ fields: { brief: z.string() } }),
      ['kinds[2].fields.brief: a brief is the shared one: { brief }'],
    ],
    [
      'a field without a JSON Schema',
      withKind({ fields: { day: z.date() } }),
      ['kinds[2].fields.day: it has no JSON Schema: Date cannot be represented in JSON Schema'],
    ],
    [
      'a field that fills itself in',
      withKind({ fields: { size: z.enum(['s', 'm']).default('s') } }),
      ['kinds[2].fields.size: its default belongs into `defaults`: a body is kept as it was sent'],
    ],
    [
      'a field that is no schema',
      withKind({ fields: { size: 's' } }),
      ['kinds[2].fields.size: not a zod schema made with the z that the catalogue was given'],
    ],
    [
      'a default that is not allowed',
      withKind({ fields: { size: z.enum(['s', 'm']).optional() }, defaults: { size: 'xl' } }),
      ['kinds[2].defaults.size: the field does not allow it'],
    ],
    [
      'a default of a field that is required',
      withKind({ fields: { size: z.enum(['s']) }, defaults: { size: 's' } }),
      ['kinds[2].defaults.size: the field is required: make it optional'],
    ],
    [
      'names of fields that are not there',
      withKind({ priceFields: ['a'], supportFields: ['b'], subject: 'c' }),
      [
        'kinds[2].priceFields[0]: there is no field a',
        'kinds[2].supportFields[0]: there is no field b',
        'kinds[2].subject: there is no field c',
      ],
    ],
    [
      'a price that reads a field it may not',
      withKind({ fields: { script } }, perThousandCharacters('script', { credits: 1 })),
      ['priceLists[0].poster: there is no field script that a price may read'],
    ],
    [
      'a price by a field that may be left out',
      withKind(
        { fields: { seconds: z.int().min(1).max(9).optional() }, priceFields: ['seconds'] },
        perSecond('seconds', { credits: 1 }),
      ),
      ['priceLists[0].poster: seconds may be left out: it needs a default, or has to be required'],
    ],
    [
      'a kind that nothing makes and nothing prices',
      { ...SOUND, kinds: [...kinds, { name: 'poster', fields: {}, mediaTypes: ['image/png'] }] },
      ['kinds[2]: no model makes poster', 'priceLists[0].poster: no price'],
    ],
    [
      'two kinds of one name',
      { ...SOUND, kinds: [...kinds, kinds[0]] },
      ['kinds[2].name: there is another kind "static_ad"'],
    ],
    [
      'a model that is there twice',
      { ...SOUND, models: [...SUPERSCALE_MODELS, SUPERSCALE_MODELS[0]] },
      ['models[1].name: there is another model "local/render"'],
    ],
    [
      'a model that takes over from no model',
      withModel({ fallbacks: ['far/away', 'local/render'] }),
      [
        'models[0].fallbacks[0]: there is no model far/away',
        'models[0].fallbacks[1]: a model does not take over from itself',
      ],
    ],
    [
      'a plan below the one before it',
      {
        ...SOUND,
        plans: [
          { name: 'a', credits: 2 },
          { name: 'b', credits: 2 },
        ],
      },
      ['plans[1].credits: not above those of a: plans are listed from the lowest up'],
    ],
    [
      'a version that is there twice',
      { ...SOUND, priceLists: [...priceLists, priceLists[0]] },
      ['priceLists[1].version: there is another price list 1: a quote names its version alone'],
    ],
    [
      'an unknown field',
      { ...SOUND, packs: [{ name: 'one', credits: 1, lifetimeMonths: 1, price: 3 }] },
      ['packs[0]: Unrecognized key: "price"'],
    ],
    [
      'grants that are missing',
      { ...SOUND, grants: undefined },
      ['grants: Invalid input: expected object, received undefined'],
    ],
    [
      'no catalogue at all',
      {},
      [
        'kinds: a list is missing',
        'models: a list is missing',
        'priceLists: a list is missing',
        'plans: a list is missing',
        'packs: a list is missing',
        'meters: a list is missing',
        'grants: Invalid input: expected object, received undefined',
        'kinds: there is no kind',
        'priceLists: there is no price list',
      ],
    ],
  ])('%s', (_, definition, faults) => {
    expect(faultsOf(definition)).toEqual(faults);
  });

  test.each<[string, (stages: Record<string, unknown>[]) => unknown, readonly string[]]>([
    [
      'stages that need what comes later',
      ([first, ...rest]) => [{ ...first, needs: ['voice'] }, ...rest],
      ['.stages[0].needs[0]: no earlier stage is named voice'],
    ],
    [
      'stages that end with another',
      (stages) => stages.slice(0, -1),
      [
        '.stages[4].name: the last stage, and no other, is named render: its result is delivered',
        '.stages: shares add up to 0.960, not 1',
        '.mediaType: video_ad is video/mp4, not text/vtt',
      ],
    ],
    [
      'two stages of one name',
      (stages) => [stages[0], ...stages],
      ['.stages[1].name: there is another stage "script"', '.stages: shares add up to 1.020, not 1'],
    ],
  ])('%s', (_, change, faults) => {
    const video = SUPERSCALE_MODELS[0]?.makes['video_ad'];
    const stages = change([...(video?.stages ?? [])]);
    const found = faultsOf(
      withModel({ makes: { ...SUPERSCALE_MODELS[0]?.makes, video_ad: { ...video, stages } } }),
    );
    expect([...found].sort()).toEqual(faults.map((fault) => `models[0].makes.video_ad${fault}`).sort());
  });

  test('times that are not in their order', () => {
    const times = { expectedSeconds: 30, startDeadlineSeconds: 20, stuckSeconds: 40, deadlineSeconds: 9_000 };
    const makes = { ...SUPERSCALE_MODELS[0]?.makes, static_ad: { times } };
    expect(faultsOf(withModel({ makes }))).toEqual([
      'models[0].makes.static_ad.times.startDeadlineSeconds: before expectedSeconds',
      'models[0].makes.static_ad.times.deadlineSeconds: not between minDeadlineSeconds and maxDeadlineSeconds',
    ]);
  });
});

test('the sandbox writes scripts of as many scenes as a film of the shipped catalogue has', () => {
  expect(FILM_SCENES).toBe(SCENES_OF_A_SCRIPT);
});

test('a kind says for how long its results are kept, in whole days; one that says nothing keeps them forever', () => {
  const keptFor = (kind: object) => defineCatalogue(withKind(kind)).kinds.at(-1)?.retentionDays;
  expect([keptFor({}), keptFor({ retentionDays: 30 })]).toEqual([null, 30]);
  for (const retentionDays of [0, 1.5, '30'])
    expect(faultsOf(withKind({ retentionDays }))).toEqual([
      expect.stringMatching(/^kinds\[2\]\.retentionDays: /),
    ]);
});
