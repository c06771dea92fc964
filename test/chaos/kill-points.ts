import { existsSync, writeFileSync } from 'node:fs';
import type { Database } from '../../ledger/database.ts';
import type { Provider } from '../../activities/providers/provider.ts';

/**
 * The moments at which a worker is killed, in the order of a job's life. Each is between two effects: "after" one is
 * "its effect is there, and nobody has been told".
 */
export const KILL_POINTS = [
  'before admit',
  'after admit',
  'after reference',
  'before submit',
  'after submit',
  'after record',
  'before collect',
  'after collect',
  'before settle',
  'after settle',
] as const;
export type KillPoint = (typeof KILL_POINTS)[number];

/** Dies by SIGKILL at its point, the first time it gets there; a marker file keeps the restarted worker alive. */
export function createKiller(point: KillPoint, markerFile: string): (reached: KillPoint) => void {
  return (reached) => {
    if (reached !== point || existsSync(markerFile)) return;
    writeFileSync(markerFile, point);
    process.kill(process.pid, 'SIGKILL');
    // SIGKILL of oneself is delivered before the next statement; should it ever not be, nothing more may happen.
    for (;;);
  };
}

/** A statement's name tells which step it belongs to. */
const AROUND_STATEMENT: Readonly<Record<string, { before?: KillPoint; after?: KillPoint }>> = {
  'jobs.admit': { before: 'before admit', after: 'after admit' },
  'jobs.resolve_reference': { after: 'after reference' },
  'jobs.move_attempt': { after: 'after record' },
  'jobs.record_asset': { after: 'after collect' },
  'jobs.settle': { before: 'before settle', after: 'after settle' },
};

export function killableDatabase(database: Database, reach: (point: KillPoint) => void): Database {
  return {
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- as in the interface
    async query<Row extends object>(statement: Parameters<Database['query']>[0]) {
      const { before, after } = AROUND_STATEMENT[statement.name] ?? {};
      if (before !== undefined) reach(before);
      const result = await database.query<Row>(statement);
      if (after !== undefined) reach(after);
      return result;
    },
  };
}

export function killableProvider(provider: Provider, reach: (point: KillPoint) => void): Provider {
  return {
    ...provider,
    async submit(input, signal) {
      reach('before submit');
      const result = await provider.submit(input, signal);
      reach('after submit');
      return result;
    },
    async collect(providerJobId, signal, polledFiles) {
      reach('before collect');
      return provider.collect(providerJobId, signal, polledFiles);
    },
  };
}
