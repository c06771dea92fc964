import { describe, expect, test } from 'vitest';
import { ADOPTER_TOOLS } from '../../../catalogue/adopter-tools.ts';
import type { CatalogueDefinition } from '../../../catalogue/catalogue-definition.ts';
import { CatalogueError } from '../../../catalogue/catalogue-error.ts';

/** What a kind and a model say of the length and the dimensions of a result: more than the content check could hold it to is refused. */

const { defineCatalogue, superscale, flat, z } = ADOPTER_TOOLS;
const [local] = superscale.models;
const [list] = superscale.priceLists;
const TIMES = local?.makes['static_ad']?.times;

/** The faults of the shipped catalogue with a poster beside its kinds. */
function faultsOf({ kind = {}, making = {} }: { readonly kind?: object; readonly making?: object }) {
  const poster = {
    name: 'poster',
    fields: { size: z.enum(['a2', 'a1']), title: z.string().max(9), seconds: z.int().min(1).max(9) },
    mediaTypes: ['image/png'],
    ...kind,
  };
  const makes = { ...local?.makes, poster: { times: TIMES, ...making } };
  try {
    defineCatalogue({
      ...superscale,
      kinds: [...superscale.kinds, poster],
      models: [{ ...local, makes }, ...superscale.models.slice(1)],
      priceLists: [{ ...list, prices: { ...list?.prices, poster: flat(1) } }],
    } as CatalogueDefinition);
    return [];
  } catch (error) {
    if (!(error instanceof CatalogueError)) throw error;
    return error.faults.map(({ path, fault }) => `${path}: ${fault}`);
  }
}

const A2 = { width: 1_024, height: 1_448 };

describe('the dimensions of a model', () => {
  const madeWith = (dimensions: unknown) => faultsOf({ making: { dimensions } });
  const at = 'models[0].makes.poster.dimensions';

  test('are of a picture, for each value that its field has', () => {
    expect(madeWith(A2)).toEqual([]);
    expect(madeWith({ field: 'size', sizes: { a2: A2, a1: A2 } })).toEqual([]);
    expect(madeWith({ field: 'size', sizes: { a2: A2 } })).toEqual([`${at}.sizes: no size for size a1`]);
    const unknown = (field: string) =>
      `${at}.field: ${field} is no field of poster that always has one of a few values`;
    expect(madeWith({ field: 'title', sizes: {} })).toEqual([unknown('title')]);
    expect(madeWith({ field: 'format', sizes: {} })).toEqual([unknown('format')]);
    for (const wrong of [{ width: 0, height: 9 }, { width: 9.5, height: 9 }, { width: 9 }, 'a2'])
      expect(madeWith(wrong)).toEqual([expect.stringMatching(/^models\[0\]\.makes\.poster\.dimensions/)]);
  });

  test('of a stage are of its own pictures', () => {
    const stages = (mediaType: string) => [
      { name: 'sketch', model: 'a', mediaType, share: 0.5, dimensions: A2 },
      { name: 'ink', model: 'b', needs: ['sketch'], mediaType: 'image/png', share: 0.5 },
    ];
    expect(faultsOf({ making: { stages: stages('image/png') } })).toEqual([]);
    expect(faultsOf({ making: { stages: stages('text/plain') } })).toEqual([
      'models[0].makes.poster.stages[0].dimensions: text/plain has none',
    ]);
  });
});

test('the length of a result is a number of seconds, of a film or a sound', () => {
  const lasting = (durationField: unknown, mediaTypes = ['audio/mp4']) =>
    faultsOf({ kind: { durationField, mediaTypes } });
  const at = 'kinds[2].durationField';
  expect(lasting('seconds')).toEqual([]);
  expect(lasting('minutes')).toEqual([`${at}: there is no field minutes`]);
  expect(lasting('title')).toEqual([`${at}: title is not a number`]);
  expect(lasting('seconds', ['image/png'])).toEqual([`${at}: image/png has no length`]);
});
