/** The rights that a browser's token can have: read, quote, submit and cancel, report. */
export const PORTAL_RIGHTS = ['read', 'quote', 'submit', 'report'] as const;
export type PortalRight = (typeof PORTAL_RIGHTS)[number];
