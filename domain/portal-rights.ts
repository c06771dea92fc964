/** What a token of a browser may be given, and nothing beside it: to read, to ask for a price, to submit and cancel, to report. */
export const PORTAL_RIGHTS = ['read', 'quote', 'submit', 'report'] as const;
export type PortalRight = (typeof PORTAL_RIGHTS)[number];
