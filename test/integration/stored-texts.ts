import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { RunningStack } from './running-stack.ts';

/** All that a run leaves behind, as texts: the database, the histories, and every file that the stack has written. */
export async function readStoredTexts(running: RunningStack): Promise<readonly string[]> {
  return [await dumpOf(running), await historiesOf(running), ...(await filesOf(running.home))];
}

/** Of the texts, how many have the secret: as it is, in base64, or its bytes where it is `whsec_` and base64. */
export function countWithSecret(texts: readonly string[], secret: string): number {
  const inner = secret.replace(/^whsec_/, '');
  const words = [inner, Buffer.from(secret).toString('base64')];
  if (inner !== secret) words.push(Buffer.from(inner, 'base64').toString());
  return texts.filter((text) => words.some((word) => text.includes(word))).length;
}

/** Every row of every table. */
async function dumpOf(running: RunningStack): Promise<string> {
  const tables = await running.rows<{ name: string }>(
    `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
     WHERE table_schema IN ('ledger', 'jobs') AND table_type = 'BASE TABLE'`,
  );
  const dumps = await Promise.all(
    tables.map(({ name }) => running.rows<{ row: string }>(`SELECT to_jsonb(t)::text AS row FROM ${name} t`)),
  );
  return dumps
    .flat()
    .map(({ row }) => row)
    .join('\n');
}

/** With payloads as they are: JSON in base64. */
async function historiesOf(running: RunningStack): Promise<string> {
  const texts: string[] = [];
  for await (const { workflowId } of running.temporal.workflow.list({
    query: `WorkflowType = 'generation'`,
  })) {
    const { events } = await running.temporal.workflow.getHandle(workflowId).fetchHistory();
    texts.push(
      JSON.stringify(events, (_key, value: unknown) =>
        value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : value,
      ),
    );
  }
  return texts.join('\n');
}

/** All that the stack has written: logs, the data of PostgreSQL and Temporal, results. */
async function filesOf(home: string): Promise<readonly string[]> {
  const entries = await readdir(home, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(
    files.map((entry) => readFile(path.join(entry.parentPath, entry.name), 'latin1').catch(() => '')),
  );
}
