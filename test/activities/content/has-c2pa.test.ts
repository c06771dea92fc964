import { createHash } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hasC2pa } from '../../../activities/content/has-c2pa.ts';
import { startScriptedService, type ScriptedService } from '../../harness/scripted-service.ts';
import { createActivitiesFixture, type ActivitiesFixture } from '../activities-fixture.ts';
import { MANIFEST, PICTURES, withPngManifest } from './pictures.ts';

function withJpegManifest(jpeg: Buffer): Buffer {
  const data = Buffer.concat([Buffer.from('JP\0\x01\0\0\0\x01', 'latin1'), MANIFEST]);
  const head = Buffer.from([0xff, 0xeb, 0, data.length + 2]);
  return Buffer.concat([jpeg.subarray(0, 2), head, data, jpeg.subarray(2)]);
}

function withWebpManifest(webp: Buffer): Buffer {
  const odd = Buffer.concat([MANIFEST, Buffer.from('x')]);
  const chunk = Buffer.concat([Buffer.from('C2PA'), Buffer.alloc(4), odd, Buffer.alloc(odd.length % 2)]);
  chunk.writeUInt32LE(odd.length, 4);
  const whole = Buffer.concat([webp, chunk]);
  whole.writeUInt32LE(whole.length - 8, 4);
  return whole;
}

describe('a manifest of C2PA', () => {
  test.each([
    ['image/png', withPngManifest],
    ['image/jpeg', withJpegManifest],
    ['image/webp', withWebpManifest],
  ] as const)('is found in a picture of %s, and in none without', async (type, withManifest) => {
    const plain = await PICTURES[type]();
    expect(hasC2pa(plain, type)).toBe(false);
    expect(hasC2pa(withManifest(plain), type)).toBe(true);
    // Cut short, or odd, it is looked through to its end and no further.
    for (let end = 0; end < 200; end += 7) hasC2pa(withManifest(plain).subarray(0, end), type);
    expect(hasC2pa(Buffer.concat([plain, Buffer.from('caBX C2PA jumb c2pa')]), type)).toBe(false);
  });
});

let fixture: ActivitiesFixture;
let service: ScriptedService;
let result: Buffer;
beforeAll(async () => {
  fixture = await createActivitiesFixture();
});
beforeEach(async () => {
  service = await startScriptedService((call) => {
    if (call.name === 'file') call.answer(200, result);
    else if (call.name === 'submit') call.answer(201, { id: call.about });
    else {
      const output = [{ url: `${service.url}/picture`, content_type: 'image/png', bytes: result.length }];
      call.answer(200, { id: call.about, status: 'succeeded', output });
    }
  });
});
afterEach(() => service.close());
afterAll(() => fixture.close());

test.each([true, false])(
  'a picture keeps its bytes, and its output says whether a manifest is in it: %s',
  async (isThere) => {
    const plain = await PICTURES['image/png']();
    result = isThere ? withPngManifest(plain) : plain;
    const { plan, attempt } = await fixture.admit(`manifest ${String(isThere)}`);
    const activities = fixture.activitiesAt(service.url);
    const run = new MockActivityEnvironment().run(activities.runAttempt, attempt);
    expect(await run).toEqual({ outcome: 'made' });
    await activities.settle(plan, { charge: true });
    const { rows } = await fixture.owner.query<{ outputs: { sha256: string; has_c2pa: boolean }[] }>(
      `SELECT jobs.read_job($1, $2)->'outputs' AS outputs`,
      [plan.accountId, plan.jobId],
    );
    // Its name in the store is that of its bytes.
    const sha256 = createHash('sha256').update(result).digest('hex');
    expect(rows[0]?.outputs).toMatchObject([{ sha256, has_c2pa: isThere }]);
  },
);
