import { catalogue as studio } from '../../examples/catalogues/voice-studio/voice-studio.mjs';

/**
 * The shipped catalogue with the kinds of the voice studio added, so that one stack shows every kind.
 *
 * @type {import('../../catalogue/adopter-tools.ts').CatalogueFile}
 */
export const catalogue = (tools) => {
  const { superscale } = tools;
  // The studio's definition as written, not yet a catalogue.
  const other = studio({ ...tools, defineCatalogue: (definition) => definition });
  const [ours] = superscale.priceLists;
  const [theirs] = other.priceLists;
  return tools.defineCatalogue({
    ...superscale,
    kinds: [...superscale.kinds, ...other.kinds],
    models: [...superscale.models, ...other.models],
    priceLists: [{ ...ours, prices: { ...ours.prices, ...theirs.prices } }],
    meters: [...superscale.meters, ...other.meters],
  });
};
