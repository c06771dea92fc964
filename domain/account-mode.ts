/** Accounts of customers, and those that a customer's engineers test with: only the sandbox model serves these, and no report counts them. */
export const ACCOUNT_MODES = ['live', 'test'] as const;
export type AccountMode = (typeof ACCOUNT_MODES)[number];
