import { z } from 'zod';
import { ACCOUNT_MODES } from '../../domain/account-mode.ts';
import { API_KEY_SCOPES } from '../api-key-scopes.ts';
import { PORTAL_RIGHTS } from '../../domain/portal-rights.ts';
import { requestText } from '../job-request/request-text.ts';
import { previewFields, previewParameters, reasonField } from './body-fields.ts';
import { pageParameters } from './query-fields.ts';
import { accountId, instant, listOf, pageOf } from './wire-fields.ts';

/** API keys, and the sessions of browsers. */

const MAX_KEY_NAME = 200;
const MAX_GRACE_SECONDS = 604_800;
const DEFAULT_GRACE_SECONDS = 86_400;
const MIN_SESSION_SECONDS = 900;
const MAX_SESSION_SECONDS = 86_400;
const DEFAULT_SESSION_SECONDS = 3_600;
const MAX_CONSOLE_SECONDS = 43_200;
const MAX_PERSON = 200;

const scopes = z
  .array(z.enum(API_KEY_SCOPES))
  .min(1)
  .max(API_KEY_SCOPES.length)
  .describe('What the key may do; `admin` implies all.');

export const keyBody = z.strictObject({
  name: requestText({ max: MAX_KEY_NAME }).describe('A name by which people tell keys apart.'),
  scopes,
  account_id: z
    .string()
    .nullable()
    .optional()
    .describe('Absent: the account that the caller acts for, or the platform; null: the platform.'),
  mode: z
    .enum(ACCOUNT_MODES)
    .optional()
    .describe("The mode of a platform key; an account's key has the mode of its account."),
  reason: reasonField.optional(),
});

export const rotationBody = z.strictObject({
  grace_seconds: z
    .int()
    .min(0)
    .max(MAX_GRACE_SECONDS)
    .default(DEFAULT_GRACE_SECONDS)
    .describe('For how many seconds the old key works beside the new one; 0 ends it now.')
    .meta({ examples: [3_600] }),
  reason: reasonField.optional(),
  dry_run: previewFields.dry_run,
});

export const keysQuery = z.strictObject({ ...pageParameters });
export const revocationQuery = z.strictObject({ reason: reasonField.optional(), ...previewParameters });

const keyId = z.string().startsWith('key_');

export const apiKey = z.strictObject({
  id: keyId,
  name: z.string(),
  account_id: accountId.nullable().describe('Null: a platform key.'),
  mode: z.enum(ACCOUNT_MODES),
  scopes: listOf(z.enum(API_KEY_SCOPES)).describe('What the key may do; `admin` implies all.'),
  replaces: keyId.nullable().describe('The key that it replaces; null: none.'),
  created_at: instant,
  expires_at: instant
    .nullable()
    .describe('When it stops working, if another key has replaced it; null: it does not expire.'),
  revoked_at: instant.nullable().describe('When it was revoked; null: it was not.'),
});
export type ApiKeyView = z.output<typeof apiKey>;

export const apiKeyPage = pageOf(apiKey);

/** A new key. */
export const createdApiKey = apiKey.extend({
  secret: z
    .string()
    .startsWith('hf_')
    .nullable()
    .describe('Shown once; null when the call is repeated under its Idempotency-Key.')
    .meta({ examples: ['hf_live_0123456789abcdef0123_…'] }),
});
export type CreatedApiKey = z.output<typeof createdApiKey>;

export const portalSessionBody = z.strictObject({
  expires_in_seconds: z
    .int()
    .min(MIN_SESSION_SECONDS)
    .max(MAX_SESSION_SECONDS)
    .default(DEFAULT_SESSION_SECONDS)
    .describe('For how many seconds the token is valid.')
    .meta({ examples: [3_600] }),
  can: z
    .array(z.enum(PORTAL_RIGHTS))
    .min(1)
    .refine((can) => new Set(can).size === can.length, {
      params: { code: 'repeated' },
      error: 'Each right once.',
    })
    .describe('What the token may do, and nothing else.'),
});
export const portalSession = z.strictObject({
  id: z.string().startsWith('portal_'),
  token: z
    .string()
    .startsWith('hf_portal_')
    .describe('The bearer token of the browser. Shown once.')
    .meta({ examples: ['hf_portal_0123456789abcdef0123_…'] }),
  account_id: accountId,
  can: listOf(z.enum(PORTAL_RIGHTS)).describe('What the token may do, and nothing else.'),
  expires_at: instant,
  url: z
    .string()
    .describe('The address that the browser opens, with the token in the fragment, which no server sees.')
    .meta({ examples: ['https://api.example/portal#token=hf_portal_…'] }),
});
export type PortalSession = z.output<typeof portalSession>;

export const currentPortalSession = z.strictObject({
  ...portalSession.pick({ id: true, account_id: true, can: true }).shape,
  account_name: z
    .string()
    .describe('The name of the account.')
    .meta({ examples: ['Tidewell'] }),
});
export type CurrentPortalSession = z.output<typeof currentPortalSession>;

export const consoleSessionBody = z.strictObject({
  actor: requestText({ max: MAX_PERSON })
    .optional()
    .describe(
      'The person who signs in, for the record of their actions; required with a key. The name from a trusted proxy takes precedence.',
    )
    .meta({ examples: ['Ada Lovelace'] }),
  expires_in_seconds: z
    .int()
    .min(MIN_SESSION_SECONDS)
    .max(MAX_CONSOLE_SECONDS)
    .default(MAX_CONSOLE_SECONDS)
    .describe('For how many seconds the session is valid.')
    .meta({ examples: [28_800] }),
});
export const consoleSession = z.strictObject({
  csrf_token: z
    .string()
    .describe('The page sends it as Holdfast-CSRF with each write.')
    .meta({ examples: ['q2PvRGqg3n5lJ0yRzT0s4mJxjz0mW8c4nq6yV1d2e3f'] }),
  actor: z
    .string()
    .describe('Who signed in.')
    .meta({ examples: ['Ada Lovelace'] }),
  expires_at: instant.describe('When the session expires.'),
});
export type ConsoleSessionView = z.output<typeof consoleSession>;
