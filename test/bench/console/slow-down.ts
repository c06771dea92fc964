import type { Page } from 'playwright-core';

/** As a phone of some years ago beside this machine. */
const SLOWDOWN = 4;

/** Slows the page's own thread down. */
export async function slowDown(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWDOWN });
}
