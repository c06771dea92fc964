import type { Browser, Page } from 'playwright-core';
import { slowDown } from './slow-down.ts';

/** How a page came up, in ms from its navigation. */
export type Load = {
  /** First contentful paint. */
  readonly firstContentMs: number;
  /** Its first figures are there, and the last long task before that has ended. */
  readonly interactiveMs: number;
};

/** In the page, before its scripts: long tasks, kept. */
const KEEP_LONG_TASKS = `window.longTasks = [];
new PerformanceObserver((list) => {
  for (const { startTime, duration } of list.getEntries()) window.longTasks.push(startTime + duration);
}).observe({ type: 'longtask', buffered: true });`;

/** In the page: resolves with the instant at which `selector` is there; null: it has none to wait for. */
const WHEN_THERE = (selector: string | null) => `new Promise((resolve) => {
  const look = () => {
    const isThere = ${selector === null ? "document.readyState === 'complete'" : `document.querySelector(${JSON.stringify(selector)}) !== null`};
    const [paint] = performance.getEntriesByName('first-contentful-paint');
    if (!isThere || paint === undefined) { requestAnimationFrame(look); return; }
    const now = performance.now();
    resolve({ firstContentMs: paint.startTime, interactiveMs: Math.max(now, ...window.longTasks) });
  };
  look();
})`;

/** Opens an address in a browser that knows nothing of it, with a slowed CPU. `storage`: cookies, as of a person who has signed in. */
export async function loadPage(
  browser: Browser,
  options: {
    readonly url: string;
    /** What has to be there before the page can be used. */
    readonly until: string | null;
    readonly storageState?: Awaited<ReturnType<ReturnType<Page['context']>['storageState']>>;
  },
): Promise<Load> {
  const { url, until, storageState } = options;
  const context = await browser.newContext({
    viewport: { width: 1_280, height: 800 },
    ...(storageState === undefined ? {} : { storageState }),
  });
  const page = await context.newPage();
  await slowDown(page);
  await page.addInitScript({ content: KEEP_LONG_TASKS });
  await page.goto(url);
  const load = await page.evaluate<Load>(WHEN_THERE(until));
  await context.close();
  return load;
}
