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

test('a sound catalogue has no fault', () => {
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

test('a catalogue with several faults is refused with a message that names each', () => {
  const broken = {
    ...withKind({ mediaTypes: ['png'] }),
    plans: [{ name: 'Small', credits: 0 }],
    meters: [{ name: 'static_ad' }],
  };
  const faults = faultsOf(broken);
  expect(faults).toEqual([
    expect.stringMatching(
      /^kinds\[2\]\.mediaTypes\[0\]: a media type that a result is checked for: image\/png, /,
    ),
    'plans[0].name: a name is small letters, digits and _, at most 40',
    'plans[0].credits: Too small: expected number to be >=1',
    'priceLists[0].chat_message: a price for what is neither a kind nor a meter',
    'meters[0].name: static_ad is a kind',
  ]);
  expect(() => defineCatalogue(broken)).toThrow(
    'the catalogue has 5 faults, and nothing was started:\n  kinds[2].mediaTypes[0]: a media type that',
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
    ...(['constructor', '__proto__'] as const).map((name): [string, unknown, readonly string[]] => [
      `a plan named as what every object has: ${name}`,
      { ...SOUND, plans: [{ name, credits: 1 }] },
      [
        name === 'constructor'
          ? 'plans[0].name: every object has a "constructor" already'
          : 'plans[0].name: a name is small letters, digits and _, at most 40',
      ],
    ]),
    [
      'a field named as what every object has',
      withKind({ fields: { constructor: z.string().optional() } }),
      ['kinds[2].fields.constructor: Invalid key in record'],
    ],
    [
      'a meter of which a thousand cost more than is moved in one call',
      {
        ...SOUND,
        priceLists: [
          { ...priceLists[0], prices: { ...priceLists[0]?.prices, chat_message: flat(1_000_000_001) } },
        ],
      },
      ['priceLists[0].chat_message: up to 1000000001 credits: at most 1000000000'],
    ],
    [
      'a field that every body has',
      withKind({ fields: { model: z.string() } }),
      ['kinds[2].fields.model: every job body has a field of this name already'],
    ],
    ...['reference_assets', 'stage', 'inputs'].map((field): [string, unknown, readonly string[]] => [
      `a field ${field}, which we add`,
      withKind({ fields: { [field]: z.any() } }),
      [`kinds[2].fields.${field}: models are given a field of this name by us`],
    ]),
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
      ['models[4].name: there is another model "local/render"'],
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
      ],
    ],
    [
      'a catalogue of nothing',
      { ...SOUND, kinds: [], models: [], priceLists: [], meters: [] },
      ['kinds: there is no kind', 'priceLists: there is no price list'],
    ],
    ['null', null, [': defineCatalogue is given an object: { kinds, models, … }']],
    [
      'a part that no catalogue has',
      { ...SOUND, prices: [] },
      [
        'prices: a catalogue has no such part: kinds, models, priceLists, plans, packs, grants, meters, creditValue',
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
      'stages that end with what the kind is not',
      (stages) => stages.slice(0, -1),
      ['.stages: shares add up to 0.960, not 1', '.mediaType: video_ad is video/mp4, not text/vtt'],
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

  test('times that are out of order', () => {
    const times = { expectedSeconds: 30, startDeadlineSeconds: 20, stuckSeconds: 40, deadlineSeconds: 9_000 };
    const makes = { ...SUPERSCALE_MODELS[0]?.makes, static_ad: { times } };
    expect(faultsOf(withModel({ makes }))).toEqual([
      'models[0].makes.static_ad.times.startDeadlineSeconds: before expectedSeconds',
      'models[0].makes.static_ad.times.deadlineSeconds: not between minDeadlineSeconds and maxDeadlineSeconds',
    ]);
  });
});

const CHANGES = 'it changes what was sent: a body is kept as it was sent, and read again by the workers';
describe('a field is refused at the start', () => {
  test.each<[string, unknown, string]>([
    ['that is changed', z.string().transform((title) => `${title}!`), CHANGES],
    ['that is read as another type', z.coerce.number().min(1).max(10), CHANGES],
    ['that becomes a number', z.string().pipe(z.coerce.number()), CHANGES],
    ['that grows with each reading', z.string().overwrite((title) => `${title}!`), CHANGES],
    [
      'that fills itself in within',
      z.object({ tone: z.string().default('warm') }),
      'its default belongs into `defaults`: a body is kept as it was sent',
    ],
    [
      'whose check throws',
      z.string().refine(() => {
        throw new Error('no glossary');
      }),
      'it cannot read every value: no glossary',
    ],
    [
      'whose check throws within',
      z.object({
        words: z.array(
          z
            .string()
            .min(3)
            .refine(() => {
              throw new Error('no glossary');
            }),
        ),
      }),
      'it cannot read every value: no glossary',
    ],
    [
      'whose check takes time',
      z.string().refine(() => Promise.resolve(true)),
      'it cannot read every value: Encountered Promise during synchronous parse. Use .parseAsync() instead.',
    ],
  ])('%s', (_, title, fault) => {
    expect(faultsOf(withKind({ fields: { title } }))).toEqual([`kinds[2].fields.title: ${fault}`]);
  });

  test.each<[string, unknown]>([
    ['a text', text({ max: 50 })],
    ['anything', z.any()],
    ['an object', z.object({ tone: z.string().optional() }).optional()],
    ['a text that is trimmed', z.string().trim().max(50)],
    ['a tree', z.object({ children: z.array(z.lazy(() => z.json())) })],
    ['a field called default', z.object({ default: z.string() })],
  ])('but is accepted when it is %s', (_, title) => {
    expect(faultsOf(withKind({ fields: { title } }))).toEqual([]);
  });
});

describe('an odd value is named by its path', () => {
  const endless: Record<string, unknown> = { rule: 'sum' };
  endless['of'] = [endless];
  const deep = Array.from({ length: 60 }).reduce<object>((of) => ({ rule: 'sum', of: [of] }), flat(1));
  const named = JSON.parse('{ "__proto__": 1 }') as object;
  const times = { expectedSeconds: 1, startDeadlineSeconds: 1, stuckSeconds: 1, deadlineSeconds: 1e308 };
  const made = (change: object) => ({ ...SUPERSCALE_MODELS[0]?.makes, ...change });

  test.each<[string, unknown, readonly string[]]>([
    [
      'a rule that is a part of itself',
      withKind({}, endless),
      ['priceLists[0].prices.poster.of[0]: it contains itself'],
    ],
    [
      'a rule that nests without an end',
      withKind({}, deep),
      [
        expect.stringMatching(
          /^priceLists\[0\]\.prices\.poster(\.of\[0\])+(\.of)?: nested deeper than 50 levels$/,
        ),
      ],
    ],
    [
      'a value that cannot be read',
      {
        ...SOUND,
        packs: [
          {
            ...{ name: 'one', lifetimeMonths: 12 },
            get credits(): number {
              throw new Error('no licence');
            },
          },
        ],
      },
      ['packs[0].credits: it cannot be read: no licence'],
    ],
    [
      'a name that every object has',
      withKind({ fields: named }),
      ['kinds[2].fields.__proto__: nothing may have this name'],
    ],
    [
      'a price that is no number',
      withKind({}, flat(Number.NaN)),
      ['priceLists[0].prices.poster.credits: Invalid input: expected number, received NaN'],
    ],
    [
      'a price that is infinite',
      withKind({}, flat(Infinity)),
      ['priceLists[0].prices.poster.credits: Invalid input: expected number, received Infinity'],
    ],
    [
      'a price that is no safe integer',
      withKind({}, flat(2 ** 53)),
      ['priceLists[0].poster: credits: 9007199254740992 is not a whole number of credits'],
    ],
    [
      'a price below zero',
      withKind({}, flat(-1)),
      ['priceLists[0].poster: credits: -1 is not a whole number of credits'],
    ],
    [
      'a deadline that no instant is',
      withModel({ makes: made({ static_ad: { times } }) }),
      ['models[0].makes.static_ad.times.deadlineSeconds: Too big: expected number to be <=2592000'],
    ],
    [
      'a life that ends at no instant',
      { ...SOUND, grants: { ...SOUND.grants, goodwill: { lifetimeSeconds: 2 ** 52 } } },
      ['grants.goodwill.lifetimeSeconds: Too big: expected number to be <=1576800000'],
    ],
    ['no title', withModel({ cancelRule: ' ' }), ['models[0].cancelRule: At least one visible character.']],
    ['half a character', withModel({ remoteId: 'a\ud800' }), ['models[0].remoteId: Not valid Unicode text.']],
    ['a NUL', withModel({ remoteId: 'a\u0000' }), ['models[0].remoteId: No control characters.']],
    [
      'no stages',
      withModel({ makes: made({ video_ad: { ...SUPERSCALE_MODELS[0]?.makes['video_ad'], stages: [] } }) }),
      ['models[0].makes.video_ad.stages: Too small: expected array to have >=2 items'],
    ],
    [
      'a function for data',
      withKind({
        fields: { title: z.any() },
        defaults: { title: () => 1 },
      }),
      ['kinds[2].defaults.title: Invalid input'],
    ],
    ['a model that is not called', withModel({ toInput: 'x' }), ['models[0].toInput: not a function']],
  ])('%s', (_, definition, faults) => {
    expect(faultsOf(definition)).toEqual(faults);
  });

  test('a getter is read once, and a later change by the file has no effect', () => {
    let reads = 0;
    const packs = [{ name: 'one', credits: 100, lifetimeMonths: 12 }];
    const catalogue = defineCatalogue({
      ...SOUND,
      get packs() {
        reads += 1;
        return packs;
      },
    });
    packs.pop();
    expect([reads, catalogue.packs]).toEqual([1, [{ name: 'one', credits: 100, lifetimeMonths: 12 }]]);
  });
});

test('a script of the sandbox has as many scenes as a film of the shipped catalogue', () => {
  expect(FILM_SCENES).toBe(SCENES_OF_A_SCRIPT);
});

test('results of a kind are kept for its retentionDays, and without them forever', () => {
  const keptFor = (kind: object) => defineCatalogue(withKind(kind)).kinds.at(-1)?.retentionDays;
  expect([keptFor({}), keptFor({ retentionDays: 30 })]).toEqual([null, 30]);
  for (const retentionDays of [0, 1.5, '30'])
    expect(faultsOf(withKind({ retentionDays }))).toEqual([
      expect.stringMatching(/^kinds\[2\]\.retentionDays: /),
    ]);
});
