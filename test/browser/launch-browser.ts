import { chromium, type Browser } from 'playwright-core';

/**
 * Features of Chromium that are off. Of several lists only the last one counts, so it repeats Playwright's own. The pages of the
 * address bar are off too, which a headless window also loads: a CPU second for each page that a test opens (1.4 s with them, 0.45 s without).
 */
const FEATURES_OFF = [
  ...['AvoidUnnecessaryBeforeUnloadCheckSync', 'AvoidCorsURLLoaderRestartOnRedirect', 'PaintHolding'],
  ...['DestroyProfileOnBrowserClose', 'ThirdPartyStoragePartitioning', 'HttpsUpgrades'],
  ...['HttpsFirstBalancedModeAutoEnable', 'LensOverlay', 'MediaRouter', 'OptimizationHints'],
  ...['NetworkTimeServiceQuerying', 'AimEnabled', 'PreconnectToSearch'],
  ...['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup'],
];

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
  `--disable-features=${FEATURES_OFF.join(',')}`,
];

/** Starts the browser of find-browser.ts. */
export function launchBrowser(program: string | null): Promise<Browser> {
  return chromium.launch({ executablePath: program ?? '', args: BROWSER_ARGUMENTS });
}
