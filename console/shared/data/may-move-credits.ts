import type { AccountEvent } from '../../../client/http/wire-types.ts';

/** Returns true if an event may have moved credits: every type but progress. */
export const mayMoveCredits = (event: AccountEvent) => event.type !== 'job.progress';
