import pg from 'pg';
import type { Browser } from 'playwright-core';
import { readRunningStack } from '../../../dev/stack/stack-info.ts';
import type { PortalFixture } from '../../console/portal-fixture.ts';
import type { ConsoleParts } from '../../console/start-console.ts';
import { createSupportFixture } from '../../console/support-fixture.ts';
import { fillAccounts } from '../ledger/bench-accounts.ts';
import { fillHistory } from '../ledger/fill-history.ts';
import { median } from '../median.ts';
import { percentile } from '../percentile.ts';
import {
  goThroughEmpty,
  goThroughList,
  LONG_FRAME_MS,
  type BothFrames,
  type Frames,
} from './measure-frames.ts';

/** The setting that docs/benchmarks.md describes. Each past job reserves and is charged: two entries. */
const PAST_JOBS = 50_000;
const READ_ROWS = 10_000;
const ACCOUNT = 'acct_0';
/** A page of the same server without any content, as high as the highest list. */
const EMPTY = 'empty';
const EMPTY_PX = 80 * READ_ROWS;

/** A stack with the pages, and a browser. */
export type BenchPages = {
  readonly parts: ConsoleParts;
  readonly browser: Browser;
  readonly portal: PortalFixture;
};

export type FramesReport = {
  /** The longest frame of each way through a list, by the list; `empty`: the same through a page without content. */
  readonly longest_frame_ms: Readonly<Record<string, number>>;
  /** The same with a CPU four times slower. */
  readonly slowed_longest_frame_ms: Readonly<Record<string, number>>;
  /** Each frame of over 100 ms in words, by the list: where on the way it was, and what the page did. */
  readonly long_frames: Readonly<Record<string, readonly string[]>>;
};

/** The longest frame of all lists, beside the bound and beside the empty page; slowed, beside the empty page alone. */
export function frameRatios({ longest_frame_ms: full, slowed_longest_frame_ms: slowed }: FramesReport) {
  return {
    longest_frame_over_100_ms: longestOfLists(full) / LONG_FRAME_MS,
    longest_frame_over_empty: longestOfLists(full) / (full[EMPTY] ?? Number.NaN),
    slowed_longest_frame_over_empty: longestOfLists(slowed) / (slowed[EMPTY] ?? Number.NaN),
  };
}

const longestOfLists = ({ [EMPTY]: _, ...lists }: Readonly<Record<string, number>>) =>
  Math.max(...Object.values(lists));

/** Reads and scrolls each long list of an account with a long past, as it is and with a CPU four times slower. */
export async function goThroughLists(
  { parts, browser, portal }: BenchPages,
  progress: (line: string) => void,
): Promise<FramesReport> {
  progress(`writing ${String(PAST_JOBS)} past jobs, ${String(2 * PAST_JOBS)} entries`);
  await fillPast(parts.home);
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
  const longest_frame_ms: Record<string, number> = {};
  const slowed_longest_frame_ms: Record<string, number> = {};
  const long_frames: Record<string, readonly string[]> = {};
  const keep = (name: string, { full, slowed }: BothFrames) => {
    longest_frame_ms[name] = Math.max(...full.takenMs);
    slowed_longest_frame_ms[name] = Math.max(...slowed.takenMs);
    long_frames[name] = full.long;
    progress(`${name}: ${framesText(full)}`);
    progress(`${name}, slowed: ${framesText(slowed)}`);
  };
  for (const { name, open: openList, part, row } of lists) {
    const open = await openList();
    const list = open.page.locator(part);
    await list.locator(row).first().waitFor();
    const pageRows = await list.locator(row).count();
    progress(`${name}: reading ${String(READ_ROWS)} rows, ${String(pageRows)} at a time`);
    keep(name, await goThroughList(open.page, { list, rows: READ_ROWS, pageRows }));
    await open.close();
  }
  const context = await browser.newContext({ viewport: { width: 1_280, height: 800 } });
  const page = await context.newPage();
  await page.goto(`${parts.apiUrl}/healthz`);
  keep(EMPTY, await goThroughEmpty(page, EMPTY_PX));
  await context.close();
  await support.close();
  return { longest_frame_ms, slowed_longest_frame_ms, long_frames };
}

async function fillPast(home: string): Promise<void> {
  const info = await readRunningStack(home);
  if (info === null) throw new Error(`no stack runs in ${home}`);
  const pool = new pg.Pool({ connectionString: info.database_owner_url });
  try {
    await fillAccounts(pool, 1);
    await fillHistory(pool, { accounts: 1, cyclesPerAccount: PAST_JOBS, withJobs: true });
  } finally {
    await pool.end();
  }
}

const framesText = ({ takenMs, long }: Frames) =>
  [
    `${String(takenMs.length)} frames, half of them within ${median(takenMs).toFixed(0)} ms, 99 of 100 within ${percentile(takenMs, 0.99).toFixed(0)}, ${String(takenMs.filter((ms) => ms > LONG_FRAME_MS).length)} over 100 ms, the longest ${Math.max(...takenMs).toFixed(0)} ms`,
    ...long,
  ].join('\n  ');
