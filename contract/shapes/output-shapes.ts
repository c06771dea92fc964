import { z } from 'zod';
import { apiPath, instant, pageOf } from './wire-fields.ts';

/** Links to the bytes of outputs, and the pictures that their briefs refer to. */

const MAX_LINK_SECONDS = 86_400;
const DEFAULT_LINK_SECONDS = 3_600;
/** Longer than any parameter of a link. */
const MAX_PARAMETER = 200;

export const linkBody = z.strictObject({
  expires_in_seconds: z
    .int()
    .min(1)
    .max(MAX_LINK_SECONDS)
    .default(DEFAULT_LINK_SECONDS)
    .describe('For how many seconds the link is valid.')
    .meta({ examples: [3_600] }),
});

export const outputLink = z.strictObject({
  url: z
    .url()
    .describe('The link to the bytes. Anyone who has it can read them without a key.')
    .meta({
      examples: [
        'https://api.example/v1/outputs/out_01h455vb4pex5vsknk084sn02q_0/linked_content?account=acct_01h455vb4pex5vsknk084sn02q&expires=1767182400&signature=q2PvRGqg3n5lJ0yRzT0s4mJxjz0mW8c4nq6yV1d2e3f',
      ],
    }),
  expires_at: instant.describe('When the link expires.'),
});
export type OutputLink = z.output<typeof outputLink>;

/** A picture that a brief refers to, and its stored copy. */
export const outputReference = z.strictObject({
  number: z.int().min(1).describe('Its number in the brief, from 1.'),
  url: z
    .string()
    .describe('Its address in the brief.')
    .meta({ examples: ['https://example.com/bread.jpg'] }),
  state: z.enum(['fetching', 'kept', 'refused']),
  detail: z.string().nullable().describe('Why it was refused, in words; null: it was not.'),
  content_url: apiPath
    .nullable()
    .describe('The path of its bytes; null: they were not stored, or are no longer.')
    .meta({ examples: ['/v1/outputs/out_01h455vb4pex5vsknk084sn02q_0_0/references/1/content'] }),
  content_type: z.string().nullable(),
  bytes: z.int().min(1).nullable(),
});
export type OutputReference = z.output<typeof outputReference>;
export const outputReferencePage = pageOf(outputReference);

const parameter = z.string().max(MAX_PARAMETER);
export const linkQuery = z.strictObject({
  account: parameter.describe('As the link has it.').meta({ examples: ['acct_01h455vb4pex5vsknk084sn02q'] }),
  expires: parameter.describe('As the link has it.').meta({ examples: ['1767182400'] }),
  signature: parameter
    .describe('As the link has it.')
    .meta({ examples: ['q2PvRGqg3n5lJ0yRzT0s4mJxjz0mW8c4nq6yV1d2e3f'] }),
});
