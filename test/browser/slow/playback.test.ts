import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRunningStack, type RunningStack } from '../../integration/running-stack.ts';
import { browserFor } from '../find-browser.ts';
import { launchBrowser } from '../launch-browser.ts';
import { openPlayer, type Brightness, type Player } from '../player.ts';

/** HTMLMediaElement.HAVE_FUTURE_DATA. */
const HAVE_FUTURE_DATA = 3;
const FILM_SECONDS = 15;
const BRIEF = {
  headline: 'Your morning, already warm',
  body: 'Delivered before you are up.',
  call_to_action: 'Order now',
  brand_color: '#e4572e',
};

const program = browserFor(import.meta.filename);

describe.skipIf(program === null)('outputs of the API in a real browser', () => {
  let running: RunningStack;
  let account: string;
  let browser: Browser | undefined;
  let player: Player;

  beforeAll(async () => {
    running = await startRunningStack(0, { modelMode: 'render' });
    account = await running.openAccount();
    browser = await launchBrowser(program);
    const { api_url, platform_key } = running.stack.info();
    const context = await browser.newContext({
      extraHTTPHeaders: { authorization: `Bearer ${platform_key}`, 'holdfast-account': account },
    });
    player = await openPlayer(await context.newPage(), api_url);
  });

  afterAll(async () => {
    await browser?.close();
    await running.close();
  });

  /** Runs a job to its end; returns the address of its file. */
  async function makeAd(body: object): Promise<string> {
    const submitted = await running.submit(account, body);
    expect(submitted.status).toBe(202);
    const job = await running.untilEnded(account, submitted.body.id);
    expect(job.state).toBe('succeeded');
    return job.outputs[0].content_url as string;
  }

  it('show the picture of a static ad', async () => {
    const url = await makeAd({ kind: 'static_ad', brief: BRIEF });
    const { width, height, brightness } = await player.show(url);
    expect([width, height]).toEqual([1080, 1350]);
    expect(spreadOf(brightness)).toBeGreaterThan(40);
  });

  it('play the film of a video ad with sound, to its end, and can be sought in', async () => {
    const url = await makeAd({
      kind: 'video_ad',
      quality: 'draft',
      duration_seconds: FILM_SECONDS,
      brief: BRIEF,
    });
    const film = await player.load(url);
    expect(film.readyState).toBeGreaterThanOrEqual(HAVE_FUTURE_DATA);
    expect(film.duration).toBeCloseTo(FILM_SECONDS, 1);
    expect([film.width, film.height]).toEqual([360, 640]);

    expect(await player.playTo(0.5)).toBeGreaterThanOrEqual(0.5);
    const early = await player.frame();
    const pausedAt = await player.playTo(2);
    expect(pausedAt).toBeGreaterThanOrEqual(2);
    const later = await player.frame();
    expect(spreadOf(early)).toBeGreaterThan(40);
    expect(differenceOf(early, later)).toBeGreaterThan(1);

    expect(await player.seek(FILM_SECONDS - 2)).toBeCloseTo(FILM_SECONDS - 2, 1);
    expect(differenceOf(await player.frame(), later)).toBeGreaterThan(1);
    await player.seek(pausedAt);
    expect(differenceOf(await player.frame(), later), 'the same picture after a jump back').toBeLessThan(0.5);
    await player.seek(FILM_SECONDS - 2);
    expect(await player.playToEnd()).toBeCloseTo(FILM_SECONDS, 1);
    const decoded = await player.decoded();
    expect(decoded.frames).toBeGreaterThan(24);
    expect(decoded.audioBytes).toBeGreaterThan(0);

    const sound = await player.sound(url);
    expect(sound.duration).toBeCloseTo(FILM_SECONDS, 0);
    expect(sound.loudest).toBeGreaterThan(0.01);
  });
});

/** The difference between the darkest and the brightest spot; 0 for an empty picture. */
function spreadOf(brightness: Brightness): number {
  return Math.max(...brightness) - Math.min(...brightness);
}

/** The average difference of a spot. */
function differenceOf(one: Brightness, other: Brightness): number {
  return one.reduce((sum, value, spot) => sum + Math.abs(value - (other[spot] ?? 0)), 0) / one.length;
}
