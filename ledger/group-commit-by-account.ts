import { groupCommit, type BatchVerb, type GroupedVerb } from './group-commit.ts';

/**
 * Batches under way at a time, each over accounts of its own. A batch of reserves and one of commits that share an
 * account wait for each other, and of a thousand items spread over ten thousand accounts some always are shared: in one
 * lane only one core of PostgreSQL works. Measured on 2 cores, 1,024 in flight, spread: 7,300 cycles/s in one lane, 10,500 in
 * two, 9,000 in three or four (smaller batches).
 */
const LANES = 2;

/** Group commit in lanes by account: what concerns one account always goes the same way, in order. */
export function groupCommitByAccount<Item extends { readonly accountId: string }, Result>(
  verb: BatchVerb<Item, Result>,
): GroupedVerb<Item, Result> {
  const lanes = Array.from({ length: LANES }, () => groupCommit(verb));
  return (item) => {
    const lane = lanes[laneOf(item.accountId)];
    if (lane === undefined) throw new RangeError('there is no such lane');
    return lane(item);
  };
}

/** FNV-1a over the id: the same account, the same lane, in every process. */
function laneOf(accountId: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < accountId.length; index++) {
    hash = Math.imul(hash ^ accountId.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) % LANES;
}
