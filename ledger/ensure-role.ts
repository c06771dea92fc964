import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/**
 * The errors when another database's migration makes or changes the same role at the same time: duplicate_object, the
 * unique index of the roles, and internal_error ("tuple concurrently updated"). Roles belong to the server, and a lock
 * of one database does not hold back another's migrations.
 */
const RACES: ReadonlySet<string> = new Set(['42710', '23505', 'XX000']);
const TRIES = 50;
const PAUSE_MS = 100;

/**
 * Makes a role that may log in with this password, or sets the password of an existing one. Throws PostgreSQL's error.
 */
export async function ensureRole(client: pg.Client, role: string, password: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await makeOrChange(client, role, password);
      return;
    } catch (error) {
      const isRace = error instanceof pg.DatabaseError && RACES.has(error.code ?? '');
      if (!isRace || tries === TRIES) throw error;
      await sleep(PAUSE_MS);
    }
  }
}

async function makeOrChange(client: pg.Client, role: string, password: string): Promise<void> {
  const { rowCount } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
  const verb = rowCount === 0 ? 'CREATE' : 'ALTER';
  await client.query(
    `${verb} ROLE ${client.escapeIdentifier(role)} LOGIN PASSWORD ${client.escapeLiteral(password)}`,
  );
}
