import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNamespaces, type Namespaces } from '../outage/namespaces.ts';

/** Packets between worker and model service are lost for 3 s: real kernels, and a router between them that drops packets. */

const JOBS = 24;
const OUTAGE_MS = 3_000;

function namespacesOrNull(): Namespaces | null {
  try {
    return createNamespaces();
  } catch {
    console.log(
      'SKIPPED: outages are not tried, as network namespaces cannot be made here (root and iproute2 can)',
    );
    return null;
  }
}

const namespaces = namespacesOrNull();
const children: ChildProcess[] = [];
const arrived: string[] = [];
const ends: string[] = [];

/** Starts a script; resolves once it is ready. */
function start(at: 'client' | 'server', lines: string[]): Promise<ChildProcess> {
  return new Promise((resolve) => {
    const child = namespaces!.run(at, `${at}-main.ts`, (line) => {
      if (line === 'ready') resolve(child);
      else lines.push(line);
    });
    children.push(child);
  });
}

const arrivedOf = (name: string) => arrived.filter((reference) => reference.startsWith(`${name}_`));
const endsOf = (name: string) => ends.filter((end) => end.startsWith(`${name} `));

beforeAll(async () => {
  if (namespaces !== null) await start('server', arrived);
});
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  namespaces?.close();
});

/** Returns a client that has just posted over all its open connections while packets are lost: its kernel has all of it. */
async function posted(name: string): Promise<ChildProcess> {
  const client = await start('client', ends);
  client.stdin?.write(`${name}-before ${String(JOBS)}\n`);
  await expect.poll(() => endsOf(`${name}-before`).length, { timeout: 10_000 }).toBe(JOBS);
  const sent = ends.filter((line) => line === 'sent').length;
  namespaces!.forward(false);
  client.stdin?.write(`${name} ${String(JOBS)}\n`);
  await expect
    .poll(() => ends.filter((line) => line === 'sent').length, { timeout: 10_000, interval: 5 })
    .toBe(sent + JOBS);
  return client;
}

describe.skipIf(namespaces === null)('while packets to the model service are lost', () => {
  it('no submission that was given up arrives later, since its connection was reset', async () => {
    await posted('reset');
    const lostAt = performance.now();
    await sleep(OUTAGE_MS);
    await expect
      .poll(() => endsOf('reset'), { timeout: 20_000 })
      .toEqual(Array.from({ length: JOBS }, () => 'reset unknown'));
    namespaces!.forward(true);
    // The next retransmission would come within as long as the outage took.
    await sleep(performance.now() - lostAt + 2_000);
    expect(arrivedOf('reset')).toEqual([]);
  });

  it('bytes that a killed submitter left in its kernel arrive within as long as the outage took, as resolve.ts assumes', async () => {
    const client = await posted('killed');
    client.kill('SIGKILL');
    await sleep(OUTAGE_MS);
    namespaces!.forward(true);
    await sleep(OUTAGE_MS + 2_000);
    const afterDoubling = arrivedOf('killed').length;
    await sleep(2 * OUTAGE_MS);
    expect(arrivedOf('killed')).toHaveLength(afterDoubling);
    expect(afterDoubling).toBe(JOBS);
  });
});
