import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ALL_FORMATS, BufferSource, Input } from 'mediabunny';
import { check, type DemoScene, type DemoStep, type StepOutcome } from './demo-step.ts';
import { followToEnd, withoutCeiling } from './run-job.ts';

const LIMIT_MS = 5 * 60_000;

/** On an account of its own, so that it can run beside the other steps without moving their balance. */
export const renderVideoAd: DemoStep = {
  name: 'video_ad',
  title: 'A short video ad, beside all that, under its own quote',
  run,
};

async function run(scene: DemoScene): Promise<StepOutcome> {
  const { api, account } = scene;
  const body = withoutCeiling(scene.briefs.videoAd);
  const quote = await api.quote(account, body);
  scene.say(`   video: quote ${String(quote.total)} credits; rendering begins`);
  const submitted = await api.submit(account, { ...body, quote_id: quote.id });
  const job = await followToEnd(scene, submitted, { label: 'video', limitMs: LIMIT_MS });
  const output = job.outputs[0];
  if (job.state !== 'succeeded' || output === undefined) {
    throw new Error(`the video ended as ${job.state}: ${job.failure?.detail ?? 'no detail'}`);
  }
  const content = await api.content(account, output.id);
  const file = path.join(scene.out, 'video-ad.mp4');
  await writeFile(file, content);
  const video = await examine(content);
  const after = await api.balance(account);
  scene.say(`   video: ${video.description}, charged ${String(job.billing.committed)}`);
  return {
    checks: [
      check('quote of the video', 500, quote.total),
      check('charge', quote.total, job.billing.committed),
      check('balance afterwards', quote.balance_after, after.available),
      check('the file is', 'video/mp4', output.content_type),
      check('its codec is H.264', 'avc', video.codec),
      check('it lasts, in seconds', 15, Math.round(video.seconds)),
    ],
    figures: { quoted: quote.total, charged: job.billing.committed, video: video.description },
    files: [file],
  };
}

/** Reads the file as a player would. */
async function examine(content: Buffer) {
  const input = new Input({ source: new BufferSource(content), formats: ALL_FORMATS });
  const track = await input.getPrimaryVideoTrack();
  if (track === null) throw new Error('the video has no picture');
  const seconds = await input.computeDuration();
  const [codec, width, height] = await Promise.all([
    track.getCodec(),
    track.getDisplayWidth(),
    track.getDisplayHeight(),
  ]);
  return { codec, seconds, description: `${String(width)} × ${String(height)}, ${seconds.toFixed(1)} s` };
}
