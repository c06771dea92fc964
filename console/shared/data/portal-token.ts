const TOKEN = /^[A-Za-z0-9_-]{20,200}$/;

/** Whether a text has the form of `hf_portal_…` as POST /v1/portal_sessions returns it. No other text is sent. */
export function isPortalToken(text: string): boolean {
  return TOKEN.test(text);
}
