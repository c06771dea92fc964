import type { Locator, Page } from 'playwright-core';
import { workText, type Work } from './frame-work.ts';
import { slowDown } from './slow-down.ts';

/** The parts of the way through a list. */
type Phase = 'reading on' | 'down' | 'jump to the top' | 'jump to the end' | 'up';

type Frame = {
  readonly beganMs: number;
  /** To the next frame, in ms: the machine's other work included. */
  readonly tookMs: number;
  readonly atPx: number;
  readonly phase: Phase;
};
type Kept = { readonly frames: readonly Frame[]; readonly work: readonly Work[] };

/** In the page: keeps every frame, and what the page's own thread did in those of 50 ms or more. */
const KEEP_FRAMES = `(() => {
  const kept = { frames: [], work: [], phase: null };
  window.kept = kept;
  new PerformanceObserver((list) => kept.work.push(...list.getEntries().map((entry) => entry.toJSON())))
    .observe({ type: 'long-animation-frame' });
  let beganMs = performance.now();
  const next = (now) => {
    if (kept.phase !== null)
      kept.frames.push({ beganMs, tookMs: now - beganMs, atPx: Math.round(scrollY), phase: kept.phase });
    beganMs = now;
    requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
})()`;
/** In the page: what was kept until now, which is not kept any longer. */
const TAKE_FRAMES = `({ frames: window.kept.frames.splice(0), work: window.kept.work.splice(0) })`;
/** In the page: resolves when it has been rendered so often: a screen is full after a few frames. */
const AFTER_FRAMES = `(async () => { for (let frame = 0; frame < 30; frame++) await new Promise(requestAnimationFrame); })()`;

/** A turn of a wheel, as a hand does it. */
const WHEEL_PX = 900;
const PAUSE_MS = 16;
const JUMPS = 5;
/** Pages that are read while the frames are kept: each is put below all rows that were read before. */
const WATCHED_PAGES = 10;
/** Of a list's long frames so many are told, from the first. */
const MOST_TOLD = 20;

export type Frames = {
  readonly takenMs: readonly number[];
  /** Of those of over 100 ms the first, in words: which it was, where on the way, and what the page did. */
  readonly long: readonly string[];
};

export const LONG_FRAME_MS = 100;

/** The same way twice: as it is, and with a CPU four times slower. */
export type BothFrames = { readonly full: Frames; readonly slowed: Frames };

/**
 * Reads a list on until it has so many rows, then scrolls its page from the top to the end and back by the wheel, and jumps
 * between the two by keys. Ten more pages are read, and all is scrolled again, with a slowed CPU.
 */
export async function goThroughList(
  page: Page,
  of: { readonly list: Locator; readonly rows: number; readonly pageRows: number },
): Promise<BothFrames> {
  const { list, rows, pageRows } = of;
  const watched = WATCHED_PAGES * pageRows;
  await page.evaluate(KEEP_FRAMES);
  await readOn(list, { from: pageRows, to: rows - watched, pageRows });
  await enter(page, 'reading on');
  await readOn(list, { from: rows - watched, to: rows, pageRows });
  const full = await scrollThrough(page);
  await slowDown(page);
  await enter(page, 'reading on');
  await readOn(list, { from: rows, to: rows + watched, pageRows });
  return { full, slowed: await scrollThrough(page) };
}

/** The same ways through a page without content that high, which takes the browser nothing but to scroll. */
export async function goThroughEmpty(page: Page, heightPx: number): Promise<BothFrames> {
  await page.evaluate(`document.body.style.height = '${String(heightPx)}px'`);
  await page.evaluate(KEEP_FRAMES);
  const full = await scrollThrough(page);
  await slowDown(page);
  return { full, slowed: await scrollThrough(page) };
}

const enter = (page: Page, phase: Phase | null) =>
  page.evaluate(`window.kept.phase = ${JSON.stringify(phase)}`);

/** Reads a list on by its button, page by page. */
async function readOn(
  list: Locator,
  { from, to, pageRows }: { readonly from: number; readonly to: number; readonly pageRows: number },
): Promise<void> {
  const page = list.page();
  const more = list.locator('.more button:not([aria-busy])');
  for (let read = from; read < to; read += pageRows) {
    const answered = page.waitForResponse((response) => response.url().includes('cursor='));
    await more.press('Enter');
    const response = await answered;
    if (!response.ok())
      throw new Error(`page ${String(read / pageRows)} of the list: ${String(response.status())}`);
  }
  await more.waitFor();
}

async function scrollThrough(page: Page): Promise<Frames> {
  await enter(page, null);
  await page.evaluate('document.activeElement?.blur(), scrollTo(0, 0)');
  await page.evaluate(AFTER_FRAMES);
  await page.mouse.move(600, 500);
  const heightPx = await page.evaluate<number>('document.documentElement.scrollHeight');
  const wheel = async (direction: 1 | -1) => {
    for (let doneTo = 0; doneTo < heightPx; doneTo += WHEEL_PX) {
      await page.mouse.wheel(0, direction * WHEEL_PX);
      await page.waitForTimeout(PAUSE_MS);
    }
  };
  const jump = async (phase: Phase, key: 'Home' | 'End') => {
    await enter(page, phase);
    await page.keyboard.press(key);
    await page.evaluate(AFTER_FRAMES);
  };
  await enter(page, 'down');
  await wheel(1);
  for (let done = 0; done < JUMPS; done++) {
    await jump('jump to the top', 'Home');
    await jump('jump to the end', 'End');
  }
  await enter(page, 'up');
  await wheel(-1);
  await enter(page, null);
  const { frames, work } = await page.evaluate<Kept>(TAKE_FRAMES);
  return {
    takenMs: frames.map(({ tookMs }) => tookMs),
    long: frames
      .flatMap((frame, at) => (frame.tookMs > LONG_FRAME_MS ? [frameText(frame, at, work)] : []))
      .slice(0, MOST_TOLD),
  };
}

const frameText = ({ beganMs, tookMs, atPx, phase }: Frame, at: number, work: readonly Work[]) =>
  `frame ${String(at + 1)}, ${phase}, at ${String(atPx)} px: ${tookMs.toFixed(0)} ms (${workText(work, beganMs, beganMs + tookMs)})`;
