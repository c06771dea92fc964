import { chromium, type Browser } from 'playwright-core';

/** The browser sends nothing of its own to the network, and plays films without a click. */
export const BROWSER_ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
];

/** Starts the browser of find-browser.ts. */
export function launchBrowser(program: string | null): Promise<Browser> {
  return chromium.launch({ executablePath: program ?? '', args: BROWSER_ARGUMENTS });
}
