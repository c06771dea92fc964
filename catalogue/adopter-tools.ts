import type { Catalogue } from '../contract/defined-catalogue.ts';
import type { CatalogueDefinition } from './catalogue-definition.ts';
import { CATALOGUE_TOOLS, type CatalogueTools } from './catalogue-tools.ts';
import { superscaleDefinition } from './superscale/superscale-definition.ts';

/** The argument of an adopter's file: the tools to write a catalogue, and the shipped one to take parts of. */
type AdopterTools = CatalogueTools & { readonly superscale: CatalogueDefinition };

export const ADOPTER_TOOLS: AdopterTools = {
  ...CATALOGUE_TOOLS,
  superscale: superscaleDefinition(CATALOGUE_TOOLS),
};

/** The export `catalogue` of a catalogue's file. */
export type CatalogueFile = (tools: AdopterTools) => Catalogue;

/** The shipped catalogue. */
export const superscaleCatalogue: CatalogueFile = ({ defineCatalogue, superscale }) =>
  defineCatalogue(superscale);
