import { catalogue as studio } from '../../examples/catalogues/voice-studio/voice-studio.mjs';

/**
 * The shipped catalogue with the kinds of the voice studio beside its own: what a page makes of any kind is seen without a stack for each.
 *
 * @type {import('../../catalogue/adopter-tools.ts').CatalogueFile}
 */
export const catalogue = (tools) => {
  const { superscale } = tools;
  // The studio's, as it is written: undefined as a catalogue.
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
