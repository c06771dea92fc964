/** The rights of a key. `admin` implies all of them. */
export const API_KEY_SCOPES = [
  'jobs:write',
  'jobs:read',
  'credits:read',
  'billing:write',
  'support',
  'admin',
] as const;
export type ApiKeyScope = (typeof API_KEY_SCOPES)[number];

export function isApiKeyScope(text: string): text is ApiKeyScope {
  return (API_KEY_SCOPES as readonly string[]).includes(text);
}
