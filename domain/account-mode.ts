/**
 * Live accounts are customers'. Test accounts are for a customer's engineers: the sandbox model alone serves them, and
 * no report counts them.
 */
export const ACCOUNT_MODES = ['live', 'test'] as const;
export type AccountMode = (typeof ACCOUNT_MODES)[number];
