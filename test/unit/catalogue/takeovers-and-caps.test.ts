import { describe, expect, test } from 'vitest';
import { ADOPTER_TOOLS } from '../../../catalogue/adopter-tools.ts';
import type { CatalogueDefinition, ModelDefinition } from '../../../catalogue/catalogue-definition.ts';
import { CatalogueError } from '../../../catalogue/catalogue-error.ts';

const { defineCatalogue, superscale } = ADOPTER_TOOLS;
const [local] = superscale.models;
const PICTURE = local?.makes['static_ad'];

/** The faults of the shipped catalogue with models like its first one, each changed. */
function faultsOf(...changes: readonly object[]): readonly string[] {
  const models = changes.map((change) => ({ ...local, ...change }) as ModelDefinition);
  const definition: CatalogueDefinition = {
    ...superscale,
    models: [...models, ...superscale.models.slice(1)],
  };
  try {
    defineCatalogue(definition);
    return [];
  } catch (error) {
    if (!(error instanceof CatalogueError)) throw error;
    return error.faults.map(({ path, fault }) => `${path}: ${fault}`);
  }
}

describe('a model that takes over', () => {
  test('is refused beyond the fifth', () => {
    expect(faultsOf({ fallbacks: Array.from({ length: 6 }, () => 'far/away') })).toEqual([
      'models[0].fallbacks: Too big: expected array to have <=5 items',
    ]);
  });

  test('is refused where it does not make every kind of the other, or one of the two makes a kind in stages', () => {
    const one = { name: 'own/one', makes: { video_ad: PICTURE }, fallbacks: ['local/render'] };
    expect(faultsOf({ fallbacks: ['own/one'] }, one)).toEqual([
      'models[0].fallbacks[0]: own/one does not make static_ad',
      'models[0].fallbacks[0]: video_ad is made in stages, which no model takes over',
      'models[1].fallbacks[0]: video_ad is made in stages, which no model takes over',
    ]);
    const picture = { makes: { static_ad: PICTURE, video_ad: PICTURE } };
    expect(faultsOf({ ...picture, fallbacks: ['own/one'] }, { ...picture, name: 'own/one' })).toEqual([]);
  });
});

test('a model that takes no references is refused as a fallback of one that does', () => {
  const picture = { makes: { static_ad: PICTURE, video_ad: PICTURE } };
  const blind = { ...picture, name: 'own/blind', takesReferences: false };
  expect(faultsOf({ ...picture, fallbacks: ['own/blind'] }, blind)).toEqual([
    'models[0].fallbacks[0]: own/blind is shown no pictures (takesReferences), and local/render is',
  ]);
  expect(faultsOf({ ...picture, takesReferences: false, fallbacks: ['own/blind'] }, blind)).toEqual([]);
});

describe('a cap of what an output may cost', () => {
  test('is refused below the expected cost of one run, of the model or of its fallback', () => {
    const cheap = {
      ...{ makes: { static_ad: PICTURE }, cost: { per_call: '0.0500' }, maxCost: '0.05' },
      fallbacks: ['own/dear'],
    };
    const dear = { name: 'own/dear', cost: { per_call: '0.06' } };
    expect(faultsOf(cheap, { ...dear, maxCost: '0.50' })).toEqual([
      'models[0].fallbacks[0]: local/render: maxCost is 0.05, below the 0.06 expected of static_ad by own/dear',
      // Six stages, two of them of four parts.
      'models[1].maxCost: maxCost is 0.50, below the 0.72 expected of video_ad',
    ]);
    expect(faultsOf({ ...cheap, maxCost: '0.06' }, { ...dear, maxCost: '0.72' })).toEqual([]);
  });

  test('is refused where it is not an amount as text', () => {
    expect(faultsOf({ maxCost: 5 })).toEqual([
      'models[0].maxCost: Invalid input: expected string, received number',
    ]);
  });
});
