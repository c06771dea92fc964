/** The limits of an account, with their names for people. */
export const LIMIT_NAMES = [
  { name: 'max_concurrent_jobs', text: 'Jobs at once' },
  { name: 'member_credits_per_period', text: 'Credits per member and period' },
  { name: 'project_credits_per_period', text: 'Credits per project and period' },
  { name: 'low_balance_at', text: 'Notice of a low balance at' },
] as const;
export type LimitName = (typeof LIMIT_NAMES)[number]['name'];
