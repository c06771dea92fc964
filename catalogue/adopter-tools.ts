import type { Catalogue } from '../contract/defined-catalogue.ts';
import type { CatalogueDefinition } from './catalogue-definition.ts';
import { CATALOGUE_TOOLS, type CatalogueTools } from './catalogue-tools.ts';
import { superscaleDefinition } from './superscale/superscale-definition.ts';

/** What an adopter's file is given: what a catalogue is written with, and the shipped one, to take parts of. */
export type AdopterTools = CatalogueTools & { readonly superscale: CatalogueDefinition };

export const ADOPTER_TOOLS: AdopterTools = {
  ...CATALOGUE_TOOLS,
  superscale: superscaleDefinition(CATALOGUE_TOOLS),
};

/** What a catalogue's file exports as `catalogue`. */
export type CatalogueFile = (tools: AdopterTools) => Catalogue;

/** The shipped catalogue. */
export const superscaleCatalogue: CatalogueFile = ({ defineCatalogue, superscale }) =>
  defineCatalogue(superscale);
