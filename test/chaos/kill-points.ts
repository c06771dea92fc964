import { existsSync, readFileSync, unlinkSync } from 'node:fs';
import type { Database } from '../../ledger/database.ts';
import type { Provider } from '../../activities/providers/provider.ts';

/**
 * The moments at which a worker is killed, in the order of a job's life. Each is between two effects: "after" one is
 * "its effect is there, and its caller was not told".
 */
export const KILL_POINTS = [
  'before admit',
  'after admit',
  'after reference',
  'before submit',
  'after row',
  'after submit',
  'after record',
  'before collect',
  'after collect',
  'before settle',
  'after settle',
] as const;
export type KillPoint = (typeof KILL_POINTS)[number];

/** Written by a test, for the process that is to die. */
export type KillOrder = {
  readonly point: KillPoint;
  /** The stage whose attempt is meant, as the attempt's reference names it; empty: any stage. */
  readonly stage: string;
};

/** Dies by SIGKILL at the point of an order, the first time it gets there: the order is gone by then, and the restarted worker lives. */
export function createKiller(orderFile: string): (reached: KillPoint, about: string) => void {
  return (reached, about) => {
    if (!existsSync(orderFile)) return;
    const { point, stage } = JSON.parse(readFileSync(orderFile, 'utf8')) as KillOrder;
    if (reached !== point || !about.includes(`_${stage}`)) return;
    unlinkSync(orderFile);
    process.kill(process.pid, 'SIGKILL');
    // SIGKILL of oneself is delivered before the next statement; should it ever not be, nothing more may happen.
    for (;;);
  };
}

/** A statement's name tells which step it belongs to. */
const AROUND_STATEMENT: Readonly<Record<string, { before?: KillPoint; after?: KillPoint }>> = {
  'jobs.admit': { before: 'before admit', after: 'after admit' },
  'jobs.resolve_reference': { after: 'after reference' },
  'jobs.begin_attempt': { after: 'after row' },
  'jobs.accept_attempt': { after: 'after record' },
  'jobs.move_attempt': { after: 'after record' },
  'jobs.record_asset': { after: 'after collect' },
  'jobs.settle': { before: 'before settle', after: 'after settle' },
};

type Reach = ReturnType<typeof createKiller>;

export function killableDatabase(database: Database, reach: Reach): Database {
  return {
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- as in the interface
    async query<Row extends object>(statement: Parameters<Database['query']>[0]) {
      const { before, after } = AROUND_STATEMENT[statement.name] ?? {};
      const about = JSON.stringify(statement.values);
      if (before !== undefined) reach(before, about);
      const result = await database.query<Row>(statement);
      if (after !== undefined) reach(after, about);
      return result;
    },
  };
}

export function killableProvider(provider: Provider, reach: Reach): Provider {
  return {
    ...provider,
    async submit(input, mayPost, signal) {
      reach('before submit', input.reference);
      const result = await provider.submit(input, mayPost, signal);
      reach('after submit', input.reference);
      return result;
    },
    async fetchResult(file, signal) {
      reach('before collect', '_');
      return provider.fetchResult(file, signal);
    },
  };
}
