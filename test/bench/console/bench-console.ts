import pg from 'pg';
import { chromium, type Browser } from 'playwright-core';
import { readBrowserConfig } from '../../../dev/dev-config.ts';
import { findBrowser, NO_BROWSER } from '../../browser/find-browser.ts';
import { createPortalFixture, type PortalFixture } from '../../console/portal-fixture.ts';
import { startConsole, type ConsoleParts } from '../../console/start-console.ts';
import { createSupportFixture } from '../../console/support-fixture.ts';
import { readRunningStack } from '../../../dev/stack/stack-info.ts';
import { fillAccounts } from '../ledger/bench-accounts.ts';
import { fillHistory } from '../ledger/fill-history.ts';
import { median } from '../median.ts';
import { percentile } from '../percentile.ts';
import { loadPage, type Load } from './load-page.ts';
import { makeTall, readOn, scrollThrough, type Frames } from './measure-frames.ts';
import { watchReserves, type SeenTimes } from './watch-reserves.ts';
import { NO_RATE_LIMITS } from '../no-rate-limits.ts';

/** The setting that docs/benchmarks.md describes. */
const LOADS = 7;
const SUBMISSIONS = 20;
/** Each reserves and is charged: two entries. */
const PAST_JOBS = 50_000;
const READ_ROWS = 10_000;
const LONG_FRAME_MS = 100;
const ACCOUNT = 'acct_0';
/** A page of the same server without any content, as high as the highest list. */
const EMPTY = 'empty';
const EMPTY_PX = 80 * READ_ROWS;

type Loads = { readonly first_content_ms: readonly number[]; readonly interactive_ms: readonly number[] };

export type ConsoleReport = {
  readonly ratios: Readonly<Record<string, number>>;
  /** Cold, with a CPU four times slower: an empty page of the same server, and the two faces. */
  readonly empty: Loads;
  readonly portal: Loads;
  readonly support: Loads;
  /** From the job's own instants to the figure on the page. */
  readonly seen: SeenTimes;
  /** The longest frame of each way through a list, by the list; `empty`: the same through a page without content. */
  readonly longest_frame_ms: Readonly<Record<string, number>>;
};

/** What a person waits for on the pages: how soon they are there, how soon they show what happened, how they scroll. */
export async function benchConsole(progress: (line: string) => void): Promise<ConsoleReport> {
  const program = findBrowser(readBrowserConfig());
  if (program === null) throw new Error(NO_BROWSER);
  progress('starting a stack and a browser');
  const parts = await startConsole(program, { apiEnv: { RATE_LIMITS: NO_RATE_LIMITS } });
  const browser = await chromium.connect(parts.browser);
  const portal = await createPortalFixture(parts);
  try {
    const loads = await measureLoads(parts, { browser, portal }, progress);
    const seen = await watchReserves(portal, SUBMISSIONS, progress);
    const longest_frame_ms = await measureScrolling(parts, { browser, portal }, progress);
    return {
      ratios: {
        portal_interactive_over_empty: ratioOf(loads.portal, loads.empty),
        support_interactive_over_empty: ratioOf(loads.support, loads.empty),
        reserve_seen_p95_over_500_ms: percentile(seen.reserve_ms, 0.95) / 500,
        return_seen_p95_over_500_ms: percentile(seen.return_ms, 0.95) / 500,
        longest_frame_over_100_ms: longestOf(longest_frame_ms) / LONG_FRAME_MS,
        longest_frame_over_empty: longestOf(longest_frame_ms) / (longest_frame_ms[EMPTY] ?? Number.NaN),
      },
      ...loads,
      seen,
      longest_frame_ms,
    };
  } finally {
    await portal.close();
    await browser.close();
    await parts.stop();
  }
}

const ratioOf = (ours: Loads, empty: Loads) =>
  median(ours.interactive_ms.map((ms, pair) => ms / (empty.interactive_ms[pair] ?? Number.NaN)));

async function measureLoads(
  parts: ConsoleParts,
  { browser, portal }: { readonly browser: Browser; readonly portal: PortalFixture },
  progress: (line: string) => void,
) {
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

const longestOf = ({ [EMPTY]: _, ...lists }: Readonly<Record<string, number>>) =>
  Math.max(...Object.values(lists));

const countLong = (ms: readonly number[]) => String(ms.filter((each) => each > LONG_FRAME_MS).length);

const shown = ({ firstContentMs, interactiveMs }: Load) =>
  `${firstContentMs.toFixed(0)}/${interactiveMs.toFixed(0)} ms`;

const figuresOf = (loads: readonly Load[]): Loads => ({
  first_content_ms: loads.map(({ firstContentMs }) => firstContentMs),
  interactive_ms: loads.map(({ interactiveMs }) => interactiveMs),
});

const framesText = ({ takenMs, workedMs }: Frames) =>
  `${String(takenMs.length)} frames, half of them within ${median(takenMs).toFixed(0)} ms, ${countLong(takenMs)} over 100 ms, the longest ${Math.max(...takenMs).toFixed(0)} ms; ` +
  `the page worked on ${countLong(workedMs)} for over 100 ms, at most ${Math.max(0, ...workedMs).toFixed(0)}`;

async function measureScrolling(
  parts: ConsoleParts,
  { browser, portal }: { readonly browser: Browser; readonly portal: PortalFixture },
  progress: (line: string) => void,
): Promise<Readonly<Record<string, number>>> {
  const info = await readRunningStack(parts.home);
  if (info === null) throw new Error(`no stack runs in ${parts.home}`);
  progress(`writing ${String(PAST_JOBS)} past jobs, ${String(2 * PAST_JOBS)} entries`);
  const pool = new pg.Pool({ connectionString: info.database_owner_url });
  try {
    await fillAccounts(pool, 1);
    await fillHistory(pool, { accounts: 1, cyclesPerAccount: PAST_JOBS, withJobs: true });
  } finally {
    await pool.end();
  }
  const support = await createSupportFixture(parts);
  const cookies = await support.signIn('Ada Lovelace');
  const ofAccount = async () => {
    const open = await support.open({}, cookies);
    await open.goTo(`accounts/${ACCOUNT}`);
    return open;
  };
  const lists = [
    {
      name: 'jobs',
      open: () => portal.open(ACCOUNT, { to: 'jobs', can: ['read'] }),
      part: 'main',
      row: '.line',
    },
    { name: 'history', open: () => portal.open(ACCOUNT, { can: ['read'] }), part: 'main', row: '.line' },
    { name: 'support: jobs', open: ofAccount, part: '[aria-label=Jobs].section', row: 'tbody tr' },
    { name: 'support: entries', open: ofAccount, part: '[aria-label=Entries].section', row: 'tbody tr' },
  ] as const;
  const longest: Record<string, number> = {};
  for (const { name, open: openList, part, row } of lists) {
    const open = await openList();
    const list = open.page.locator(part);
    await list.locator(row).first().waitFor();
    const pageRows = await list.locator(row).count();
    progress(`${name}: reading ${String(READ_ROWS)} rows, ${String(pageRows)} at a time`);
    await readOn(open.page, list, { rows: READ_ROWS, pageRows });
    const frames = await scrollThrough(open.page);
    longest[name] = Math.max(...frames.takenMs);
    progress(`${name}: ${framesText(frames)}`);
    await open.close();
  }
  const context = await browser.newContext({ viewport: { width: 1_280, height: 800 } });
  const page = await context.newPage();
  await page.goto(`${parts.apiUrl}/healthz`);
  await makeTall(page, EMPTY_PX);
  const frames = await scrollThrough(page);
  longest[EMPTY] = Math.max(...frames.takenMs);
  progress(`${EMPTY}: ${framesText(frames)}`);
  await context.close();
  await support.close();
  return longest;
}
