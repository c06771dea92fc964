import type { Locator, Page } from 'playwright-core';

/** In the page: keeps how long each frame took, and of those that took 50 ms or more how long the page itself worked on them. */
const KEEP_FRAMES = `(() => {
  window.frames_ms = [];
  window.worked_ms = [];
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) window.worked_ms.push(duration);
  }).observe({ type: 'long-animation-frame' });
  let before = performance.now();
  const next = (now) => {
    window.frames_ms.push(now - before);
    before = now;
    requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
})()`;

/** A turn of a wheel, as a hand does it. */
const WHEEL_PX = 900;
const PAUSE_MS = 16;

/** Reads a list on by its button, page by page, until it has so many rows. */
export async function readOn(
  page: Page,
  list: Locator,
  { rows, pageRows }: { readonly rows: number; readonly pageRows: number },
): Promise<void> {
  const more = list.locator('.more button:not([aria-busy])');
  for (let read = pageRows; read < rows; read += pageRows) {
    const answered = page.waitForResponse((response) => response.url().includes('cursor='));
    await more.press('Enter');
    const response = await answered;
    if (!response.ok())
      throw new Error(`page ${String(read / pageRows)} of the list: ${String(response.status())}`);
  }
  await more.waitFor();
}

/** Makes a page without content that high, which takes the browser nothing but to scroll. */
export async function makeTall(page: Page, heightPx: number): Promise<void> {
  await page.evaluate(`document.body.style.height = '${String(heightPx)}px'`);
}

export type Frames = {
  /** From one frame to the next, in ms: the machine's other work included. */
  readonly takenMs: readonly number[];
  /** Of each frame of 50 ms or more: what the page's own thread worked on it (the browser's `long-animation-frame`), in ms. */
  readonly workedMs: readonly number[];
};

/** Scrolls a page from its top to its end and back by the wheel. */
export async function scrollThrough(page: Page): Promise<Frames> {
  await page.evaluate('scrollTo(0, 0)');
  await page.mouse.move(600, 500);
  await page.evaluate(KEEP_FRAMES);
  const heightPx = await page.evaluate<number>('document.documentElement.scrollHeight');
  for (const direction of [1, -1]) {
    for (let doneTo = 0; doneTo < heightPx; doneTo += WHEEL_PX) {
      await page.mouse.wheel(0, direction * WHEEL_PX);
      await page.waitForTimeout(PAUSE_MS);
    }
  }
  return page.evaluate<Frames>('({ takenMs: window.frames_ms, workedMs: window.worked_ms })');
}
