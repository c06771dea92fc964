import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PICTURES } from '../activities/content/pictures.ts';
import { PIXEL, startAssetServer, type AssetServer } from '../activities/asset-server.ts';
import { CHAOS_ACCOUNT, createChaosFixture, type ChaosFixture } from './chaos-fixture.ts';
import {
  answering as answer,
  startFakeService,
  type FakeService,
} from '../providers/contract/fake-service.ts';
import { imagesDialect } from '../providers/contract/openai-dialect.ts';
import { orderKill, startChaosWorker, startSharedWorkers } from './chaos-worker.ts';
import type { SupervisedChild } from '../../dev/supervisor/supervisor.ts';
import { KILL_POINTS, type KillPoint } from './kill-points.ts';

let chaos: ChaosFixture;
let assets: AssetServer;
let workers: Awaited<ReturnType<typeof startSharedWorkers>>;
/** Its answer to a post is the run, and links to the picture: the one that dies before it has fetched that cannot ask again. */
let answering: FakeService;

beforeAll(async () => {
  chaos = await createChaosFixture(200);
  workers = await startSharedWorkers(chaos, 3);
  assets = await startAssetServer();
  assets.on('/logo.png', (response) => response.end(PIXEL));
  const picture = await PICTURES['image/png']();
  answering = await startFakeService(imagesDialect(picture));
  const { url } = answering.putFile(picture, 'image/png');
  answering.setFaults({ submission: answer({ status: 200, body: { created: 1, data: [{ url }] } }) });
});

afterAll(async () => {
  await workers.stop();
  await answering.close();
  await assets.close();
  await chaos.close();
});

/** A plain job; of the one kill point that lies in fetching, one that refers to a picture. */
function briefOf(killPoint: KillPoint) {
  const refers = killPoint === 'after reference';
  return {
    headline: killPoint,
    ...(refers ? { reference_asset_urls: [`${assets.url}/logo.png`] } : {}),
  };
}

describe('a worker killed by SIGKILL (invariants 4, 7, 10)', () => {
  it.concurrent.each(KILL_POINTS)(
    '%s: the job ends once, submitted at most once, charged once',
    async (killPoint) => {
      if (killPoint !== 'before collect') {
        await workers.use(({ taskQueue, child }) => surviveKill(killPoint, taskQueue, child));
        return;
      }
      const taskQueue = 'answering';
      const worker = await startChaosWorker(chaos, {
        ...{ taskQueue, isAnswering: true },
        modelServiceUrl: `${answering.url}/v1/`,
      });
      await surviveKill(killPoint, taskQueue, worker);
      await worker.stop();
    },
  );
});

async function surviveKill(killPoint: KillPoint, taskQueue: string, worker: SupervisedChild): Promise<void> {
  const pidBefore = worker.pid;
  orderKill(chaos, taskQueue, { point: killPoint, stage: '' });
  const client = chaos.clientFor(taskQueue);
  const job = { accountId: CHAOS_ACCOUNT, idempotencyKey: killPoint };

  const started = await client.start({
    ...job,
    request: { kind: 'static_ad', brief: briefOf(killPoint) },
  });
  const result = await client.wait(job, { timeoutMs: 60_000 });

  expect(worker.pid, 'the worker was killed on the way').not.toBe(pidBefore);
  // Killed at admission, the start may answer only after its 10 s: the job runs all the same.
  expect(['reserved', 'unavailable']).toContain(started.outcome);
  expect(result).toMatchObject({ outcome: 'succeeded', credits: 35 });
  const submissions =
    killPoint === 'before collect' ? answering.wire.posts() : await chaos.submissionsOf(killPoint);
  expect(submissions).toBe(1);
  if (killPoint === 'after reference') expect(assets.asked).toEqual(['/logo.png']);
  const [reservation] = await chaos.rows<{ state: string; committed: string; released: string }>(
    'SELECT state, committed, released FROM ledger.reservations WHERE job_id = $1',
    [started.outcome === 'invalid' ? '' : started.jobId],
  );
  expect(reservation).toEqual({ state: 'committed', committed: '35', released: '0' });
  expect(await chaos.reconcile()).toEqual([]);
}
