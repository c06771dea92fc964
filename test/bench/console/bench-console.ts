import { chromium } from 'playwright-core';
import { readBrowserConfig } from '../../../dev/dev-config.ts';
import { findBrowser, NO_BROWSER } from '../../browser/find-browser.ts';
import { createPortalFixture } from '../../console/portal-fixture.ts';
import { startConsole } from '../../console/start-console.ts';
import { createSupportFixture } from '../../console/support-fixture.ts';
import type { BenchReport } from '../bench-report.ts';
import { median } from '../median.ts';
import { percentile } from '../percentile.ts';
import { frameRatios, goThroughLists, type BenchPages, type FramesReport } from './go-through-lists.ts';
import { loadPage, type Load } from './load-page.ts';
import { watchReserves, type SeenTimes } from './watch-reserves.ts';
import { NO_RATE_LIMITS } from '../no-rate-limits.ts';

/** The setting that docs/benchmarks.md describes. */
const LOADS = 7;
const SUBMISSIONS = 20;

type Loads = { readonly first_content_ms: readonly number[]; readonly interactive_ms: readonly number[] };

export type ConsoleReport = FramesReport & {
  readonly ratios: Readonly<Record<string, number>>;
  /** Cold, with a CPU four times slower: an empty page of the same server, and the two faces. */
  readonly empty: Loads;
  readonly portal: Loads;
  readonly support: Loads;
  /** From the job's own instants to the figure on the page. */
  readonly seen: SeenTimes;
};

/** What a person waits for on the pages: how soon they are there, how soon they show what happened, how they scroll. */
export async function benchConsole(progress: (line: string) => void): Promise<ConsoleReport> {
  return withPages(progress, async (pages) => {
    const loads = await measureLoads(pages, progress);
    const seen = await watchReserves(pages.portal, SUBMISSIONS, progress);
    const frames = await goThroughLists(pages, progress);
    return {
      ratios: {
        portal_interactive_over_empty: ratioOf(loads.portal, loads.empty),
        support_interactive_over_empty: ratioOf(loads.support, loads.empty),
        reserve_seen_p95_over_500_ms: percentile(seen.reserve_ms, 0.95) / 500,
        return_seen_p95_over_500_ms: percentile(seen.return_ms, 0.95) / 500,
        ...frameRatios(frames),
      },
      ...loads,
      seen,
      ...frames,
    };
  });
}

/** How the long lists scroll, and nothing else. */
export async function benchLists(progress: (line: string) => void): Promise<BenchReport & FramesReport> {
  return withPages(progress, async (pages) => {
    const frames = await goThroughLists(pages, progress);
    return { ratios: frameRatios(frames), ...frames };
  });
}

async function withPages<Report>(
  progress: (line: string) => void,
  measure: (pages: BenchPages) => Promise<Report>,
): Promise<Report> {
  const program = findBrowser(readBrowserConfig());
  if (program === null) throw new Error(NO_BROWSER);
  progress('starting a stack and a browser');
  const parts = await startConsole(program, { apiEnv: { RATE_LIMITS: NO_RATE_LIMITS } });
  const browser = await chromium.connect(parts.browser);
  const portal = await createPortalFixture(parts);
  try {
    return await measure({ parts, browser, portal });
  } finally {
    await portal.close();
    await browser.close();
    await parts.stop();
  }
}

const ratioOf = (ours: Loads, empty: Loads) =>
  median(ours.interactive_ms.map((ms, pair) => ms / (empty.interactive_ms[pair] ?? Number.NaN)));

async function measureLoads({ parts, browser, portal }: BenchPages, progress: (line: string) => void) {
  const { apiUrl } = parts;
  const support = await createSupportFixture(parts);
  const storageState = await support.signIn('Ada Lovelace');
  await support.close();
  const account = await portal.openAccount();
  const loads: Record<'empty' | 'portal' | 'support', Load[]> = { empty: [], portal: [], support: [] };
  for (let pair = 0; pair <= LOADS; pair++) {
    const { body } = await portal.call('POST', '/v1/portal_sessions', { can: ['read', 'quote'] }, account);
    const round = {
      empty: await loadPage(browser, { url: `${apiUrl}/healthz`, until: null }),
      portal: await loadPage(browser, {
        url: `${apiUrl}/portal#token=${String(body['token'])}`,
        until: '[data-testid=available]',
      }),
      support: await loadPage(browser, { url: `${apiUrl}/console`, until: '.now', storageState }),
    };
    // The first of each warms the server.
    if (pair === 0) continue;
    for (const face of ['empty', 'portal', 'support'] as const) loads[face].push(round[face]);
    progress(
      `load ${String(pair)} of ${String(LOADS)}: empty ${shown(round.empty)}, portal ${shown(round.portal)}, support ${shown(round.support)}`,
    );
  }
  return {
    empty: figuresOf(loads.empty),
    portal: figuresOf(loads.portal),
    support: figuresOf(loads.support),
  };
}

const shown = ({ firstContentMs, interactiveMs }: Load) =>
  `${firstContentMs.toFixed(0)}/${interactiveMs.toFixed(0)} ms`;

const figuresOf = (loads: readonly Load[]): Loads => ({
  first_content_ms: loads.map(({ firstContentMs }) => firstContentMs),
  interactive_ms: loads.map(({ interactiveMs }) => interactiveMs),
});
