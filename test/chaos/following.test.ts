import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { GENERIC } from '../providers/contract/subjects.ts';
import { startSimulatedService, type SimulatedService } from '../services/simulated-service.ts';
import { CHAOS_ACCOUNT, createChaosFixture, type ChaosFixture } from './chaos-fixture.ts';
import { startChaosWorker } from './chaos-worker.ts';

/** `npm run bench -- following` does it with two thousand jobs of five minutes each. */
const JOBS = 80;
const RUN_MS = 5_000;
const HEARTBEAT_TIMEOUT_SECONDS = 2;
const PICTURE = path.join(import.meta.dirname, '../../model-service/prepared/picture.png');

let chaos: ChaosFixture;
let service: SimulatedService;
beforeAll(async () => {
  chaos = await createChaosFixture(0);
  service = await startSimulatedService({
    dialect: GENERIC.dialect,
    play: () => ({ runMs: RUN_MS, end: 'succeeded' }),
    result: { content: await readFile(PICTURE), contentType: 'image/png' },
  });
});
afterAll(async () => {
  await service.close();
  await chaos.close();
});

it('many jobs in flight at a killed worker are taken over: each is submitted once, polled seldom, and ends', async () => {
  const worker = await startChaosWorker(chaos, {
    modelServiceUrl: service.url,
    taskQueue: 'following',
    heartbeatTimeoutSeconds: HEARTBEAT_TIMEOUT_SECONDS,
  });
  const client = chaos.clientFor('following');
  const jobs = Array.from({ length: JOBS }, (_, nth) => ({
    accountId: CHAOS_ACCOUNT,
    idempotencyKey: `following-${String(nth)}`,
  }));
  const starts = jobs.map((job) =>
    client.start({ ...job, request: { kind: 'static_ad', brief: { headline: job.idempotencyKey } } }),
  );
  while (service.runs().length < JOBS) await sleep(50);
  const killedPid = worker.pid;
  process.kill(killedPid ?? 0, 'SIGKILL');
  const ends = await Promise.all(jobs.map((job) => client.wait(job, { timeoutMs: 60_000 })));
  await Promise.all(starts);

  expect(worker.pid).not.toBe(killedPid);
  expect(ends).toMatchObject(jobs.map(() => ({ outcome: 'succeeded', credits: 35 })));
  expect(service.runs()).toHaveLength(JOBS);
  expect(new Set(service.runs().map(({ reference }) => reference)).size).toBe(JOBS);
  // Five a second would be sixty of 12 s; that an attempt was looked up and taken over is in it.
  expect(service.asked() / JOBS).toBeLessThan(40);
  expect(await chaos.reconcile()).toEqual([]);
  await worker.stop();
});
