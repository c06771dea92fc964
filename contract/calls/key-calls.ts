import type { Call } from '../call.ts';
import {
  apiKeyPage,
  consoleSession,
  consoleSessionBody,
  createdApiKey,
  keyBody,
  keysQuery,
  currentPortalSession,
  portalSession,
  portalSessionBody,
  revocationQuery,
  rotationBody,
} from '../shapes/access-shapes.ts';
import { preview } from '../shapes/support-shapes.ts';

const KEYS = { tag: 'keys', access: 'key', scopes: ['admin'] } as const satisfies Partial<Call>;
const SESSIONS = {
  tag: 'keys',
  access: 'account',
  scopes: ['jobs:write', 'jobs:read', 'credits:read'],
} as const satisfies Partial<Call>;

const CONSOLE = {
  tag: 'keys',
  access: 'key',
  scopes: ['support'],
  onlyPlatform: true,
} as const satisfies Partial<Call>;

/** API keys, and the sessions of browsers. */
export const KEY_CALLS = {
  createKey: {
    ...KEYS,
    method: 'post',
    path: '/v1/keys',
    summary: 'Make a key',
    description:
      'An account’s key makes keys of its account; a platform key makes keys of every account and of the platform. `secret` is shown once: a repetition under the same `Idempotency-Key` returns the same key with `secret` null.',
    body: keyBody,
    idempotencyKey: 'optional',
    responses: { 201: createdApiKey },
    problems: ['not_found', 'idempotency_key_reused'],
  },
  listKeys: {
    ...KEYS,
    method: 'get',
    path: '/v1/keys',
    summary: 'List keys',
    description: 'Newest first, expired and revoked ones too.',
    query: keysQuery,
    responses: { 200: apiKeyPage },
    problems: ['not_found'],
  },
  revokeKey: {
    ...KEYS,
    method: 'delete',
    path: '/v1/keys/:id',
    summary: 'Revoke a key',
    description: 'The key is refused within a second. A repetition changes nothing.',
    query: revocationQuery,
    responses: { 200: preview, 204: null },
    problems: ['state_conflict'],
  },
  rotateKey: {
    ...KEYS,
    method: 'post',
    path: '/v1/keys/:id/rotate',
    summary: 'Replace a key',
    description:
      'The new key has the same name, scopes and account. The old one works for another `grace_seconds`; a key that it had replaced ends now.',
    body: rotationBody,
    idempotencyKey: 'optional',
    responses: { 200: preview, 201: createdApiKey },
    problems: ['state_conflict', 'idempotency_key_reused'],
  },
  createPortalSession: {
    ...SESSIONS,
    method: 'post',
    path: '/v1/portal_sessions',
    summary: 'Open a portal session',
    description:
      'Makes a token for a customer’s browser, which acts for one account and may do only what `can` says. A key can grant only the rights that it has.',
    body: portalSessionBody,
    responses: { 201: portalSession },
  },
  readPortalSession: {
    method: 'get',
    tag: 'keys',
    access: 'account',
    scopes: [],
    portal: 'read',
    path: '/v1/portal_sessions/current',
    summary: 'Read the portal session of the token',
    description:
      'For the page that has the token: its account, and what it may do. A call with a key gets a 404.',
    responses: { 200: currentPortalSession },
  },
  revokePortalSession: {
    ...SESSIONS,
    method: 'delete',
    path: '/v1/portal_sessions/:id',
    summary: 'End a portal session',
    responses: { 204: null },
  },
  createConsoleSession: {
    ...CONSOLE,
    method: 'post',
    path: '/v1/console_sessions',
    summary: 'Sign in to the console',
    description:
      'With a platform key, or through a trusted proxy (`CONSOLE_PROXY_HEADER`). Sets a cookie that scripts cannot read and that is sent to this origin only. With it a page of this origin may do what the key may, as long as the key works; each write also sends `csrf_token` as `Holdfast-CSRF`. A request with `Authorization` ignores the cookie. Every action is recorded under `actor`.',
    console: 'opens',
    body: consoleSessionBody,
    responses: { 201: consoleSession },
  },
  readConsoleSession: {
    ...CONSOLE,
    method: 'get',
    path: '/v1/console_sessions/current',
    summary: 'Read the console session of the cookie',
    description:
      'Who signed in, and the `csrf_token` for a page that was reloaded. Pages of other origins cannot read it.',
    console: 'needs',
    responses: { 200: consoleSession },
  },
  endConsoleSession: {
    ...CONSOLE,
    method: 'delete',
    path: '/v1/console_sessions/current',
    summary: 'Sign out of the console',
    description: 'The session is refused within a second, and the cookie is removed.',
    console: 'needs',
    responses: { 204: null },
  },
} as const satisfies Readonly<Record<string, Call>>;
