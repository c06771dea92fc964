import type { Database } from '../../ledger/database.ts';
import { unavailable } from '../problem.ts';
import type { Route } from '../route.ts';

/** A probe that waits longer than this is itself the problem. */
const READY_WITHIN_MS = 2_000;

/** GET /healthz: the process is up. GET /readyz: what it needs answers. */
export function healthRoutes(deps: {
  readonly database: Database;
  readonly doesTemporalAnswer: (timeoutMs: number) => Promise<boolean>;
}): readonly Route[] {
  return [
    {
      method: 'get',
      path: '/healthz',
      access: 'public',
      handle: ({ response }) => {
        response.json({ status: 'up' });
      },
    },
    {
      method: 'get',
      path: '/readyz',
      access: 'public',
      async handle({ response }) {
        const [postgresql, temporal] = await Promise.all([
          doesPostgresAnswer(deps.database),
          deps.doesTemporalAnswer(READY_WITHIN_MS),
        ]);
        if (postgresql && temporal) {
          response.json({ status: 'ready', postgresql: 'up', temporal: 'up' });
          return;
        }
        const away = [postgresql ? [] : ['PostgreSQL'], temporal ? [] : ['Temporal']].flat();
        throw unavailable(`${away.join(' and ')} did not answer within ${String(READY_WITHIN_MS)} ms.`);
      },
    },
  ];
}

async function doesPostgresAnswer(database: Database): Promise<boolean> {
  const asked = database.query({ name: 'ready', text: 'SELECT 1', values: [] });
  const tooLate = new Promise<boolean>((resolve) => setTimeout(resolve, READY_WITHIN_MS, false).unref());
  return Promise.race([asked.then(() => true).catch(() => false), tooLate]);
}
