import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** Bounded: so often that most batches meet none, and the pool can open again what it lost. */
const KILL_EVERY_MS = 100;

type ConnectionKiller = { readonly kills: () => number; readonly stop: () => Promise<void> };

/**
 * Ends a random connection of the application every so often, in mid-call where one is in a call: what a failover, a
 * restart, or a network that breaks off does to its caller, who cannot know whether the call was done.
 */
export async function startConnectionKiller(url: string, application: string): Promise<ConnectionKiller> {
  const client = new pg.Client({ connectionString: url, application_name: `${application}-killer` });
  await client.connect();
  let kills = 0;
  const stopping = new AbortController();
  const killing = (async () => {
    while (!stopping.signal.aborted) {
      await sleep(KILL_EVERY_MS);
      const { rows } = await client.query<{ killed: boolean }>(
        `SELECT pg_terminate_backend(pid) AS killed FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = $1 ORDER BY (state = 'active') DESC, random() LIMIT 1`,
        [application],
      );
      if (rows[0]?.killed === true) kills += 1;
    }
  })();
  return {
    kills: () => kills,
    stop: async () => {
      stopping.abort();
      await killing;
      await client.end();
    },
  };
}
