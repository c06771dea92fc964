/** In place of a reason where it is asked what would be done: the reason is given with the act, and of a dry run nothing is recorded. */
export const NO_REASON_YET = 'Dry run';
