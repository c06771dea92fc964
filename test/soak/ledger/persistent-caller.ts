import { setTimeout as sleep } from 'node:timers/promises';
import { GroupCommitFull } from '../../../ledger/group-commit.ts';
import type { CallRecord, RecordedCall } from './call-record.ts';
import type { SeededRandom } from '../soak-random.ts';

/** A database that is gone for longer than this is not what the soak is about. */
const MAX_ATTEMPTS = 50;
const RETRY_AFTER_MS = 20;
/** The share of the callers whose call broke off that die with it: their call is never made again. */
const GIVE_UP_PERCENT = 25;
/** Of all callers: they die before they read the answer. */
const DIE_UNANSWERED_PERCENT = 1;

/** The errors that do not say whether a call was done, or say that it was not. The call is made again under the same key. */
const RETRIED = new Set([
  '57P01', // terminated by an administrator
  '57P02',
  '57P03',
  '08006',
  '08003',
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  '55P03', // its account stayed locked for 2 s
  '40P01', // a deadlock
]);

export type CallerCounts = {
  operations: number;
  retries: number;
  unacknowledged: number;
  readonly byVerb: Map<string, number>;
  readonly answers: Map<string, number>;
  /** Errors that no caller can expect. */
  readonly faults: string[];
};

export function newCounts(): CallerCounts {
  return { operations: 0, retries: 0, unacknowledged: 0, byVerb: new Map(), answers: new Map(), faults: [] };
}

/** Makes calls as a real caller does: again and again under the same key until answered; or gives up and is never told. */
export type PersistentCaller = <Answer>(
  call: Omit<RecordedCall, 'outcome' | 'numbers'>,
  make: () => Promise<Answer>,
  read: (answer: Answer) => Pick<RecordedCall, 'outcome' | 'numbers'>,
) => Promise<Answer | null>;

export function createPersistentCaller(
  record: CallRecord,
  counts: CallerCounts,
  random: SeededRandom,
): PersistentCaller {
  return async (call, make, read) => {
    counts.operations += 1;
    count(counts.byVerb, call.verb);
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      try {
        const answer = await make();
        if (random.inPercent(DIE_UNANSWERED_PERCENT)) break;
        const said = read(answer);
        count(counts.answers, `${call.verb} ${said.outcome ?? ''}`);
        record.add({ ...call, ...said });
        return answer;
      } catch (error) {
        if (!isBrokenOff(error)) {
          counts.faults.push(`${call.verb}: ${String(error)}`);
          break;
        }
        if (random.inPercent(GIVE_UP_PERCENT)) break;
        counts.retries += 1;
        await sleep(RETRY_AFTER_MS);
      }
    }
    counts.unacknowledged += 1;
    record.add({ ...call, outcome: null });
    return null;
  };
}

function isBrokenOff(error: unknown): boolean {
  if (error instanceof GroupCommitFull) return true;
  if (!(error instanceof Error)) return false;
  return RETRIED.has(codeOf(error)) || error.message.startsWith('Connection terminated');
}

/** A SQLSTATE, or the system's name of a lost connection. */
export function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
