import { chromium, type Browser } from 'playwright-core';

/** Nothing of the browser's own goes out to the network, and films may play without a click. */
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

/** The browser whose program was found (find-browser.ts). */
export function launchBrowser(program: string | null): Promise<Browser> {
  return chromium.launch({ executablePath: program ?? '', args: BROWSER_ARGUMENTS });
}
