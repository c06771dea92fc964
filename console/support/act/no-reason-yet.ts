/** The reason in a preview, of which nothing is recorded. The real one comes with the action. */
export const NO_REASON_YET = 'Dry run';
