import { z } from 'zod';
import { brief } from '../contract/job-request/brief.ts';
import { requestText } from '../contract/job-request/request-text.ts';
import {
  flat,
  perMegapixel,
  perSecond,
  perThousandCharacters,
  perUnit,
  sum,
  table,
} from '../domain/prices/price-rule-builders.ts';
import { defineCatalogue } from './define-catalogue.ts';

/**
 * What a catalogue is written with. A catalogue's file is given it rather than importing it, so that it can lie anywhere and needs no
 * package beside it; its schemas are made by the very zod that reads requests.
 */
export const CATALOGUE_TOOLS = {
  defineCatalogue,
  z,
  brief,
  /** A text of at most `max` Unicode code points, with the checks that every text of a request has. */
  text: requestText,
  flat,
  table,
  perUnit,
  perSecond,
  perMegapixel,
  perThousandCharacters,
  sum,
} as const;

export type CatalogueTools = typeof CATALOGUE_TOOLS;
