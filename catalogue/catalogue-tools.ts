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
 * The tools to write a catalogue. A file gets them as an argument, so that it can lie anywhere without packages, and
 * its schemas use the zod that parses requests.
 */
export const CATALOGUE_TOOLS = {
  defineCatalogue,
  z,
  brief,
  /** A text of at most `max` Unicode code points, with the checks of every text of a request. */
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
