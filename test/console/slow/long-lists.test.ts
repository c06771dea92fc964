import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { browserFor } from '../../browser/find-browser.ts';
import { withPages } from '../enter-console.ts';
import { focusedOn } from '../keyboard.ts';
import {
  closeServed,
  LONG_LISTS,
  MOST_DRAWN,
  ROWS,
  serveLongLists,
  untilSettled,
  type LongList,
} from './long-lists.ts';
import { brokenLayoutOf } from '../page-faults.ts';
import type { PortalFixture } from '../portal-fixture.ts';
import type { SignedIn, SupportFixture } from '../support-fixture.ts';

const program = browserFor(import.meta.filename);
const ZOOMED = { width: 640, height: 400 } as const;
/** In the page: counts the rendered instants, each of which has an exact time as its title. */
const COUNT_INSTANTS = `(() => {
  const { get } = Object.getOwnPropertyDescriptor(Intl.DateTimeFormat.prototype, 'format');
  window.instants = 0;
  Object.defineProperty(Intl.DateTimeFormat.prototype, 'format', {
    get() { window.instants += 1; return get.call(this); },
  });
})()`;
/** In the page: what is read every 10 s is read every 100 ms; counts the calls of the API. */
const READ_OFTEN = `(() => {
  const { setInterval: every, fetch: call } = window;
  window.setInterval = (run, ms) => every(run, ms === 10_000 ? 100 : ms);
  window.fetched = 0;
  window.fetch = (...of) => { window.fetched += 1; return call(...of); };
})()`;

describe.skipIf(program === null).concurrent('a list of a thousand rows', () => {
  let portal: PortalFixture;
  let support: SupportFixture;
  let ada: SignedIn;
  let account: string;
  let jobId: string;

  withPages(program, async (pages) => {
    ({ portal, support } = pages);
    [account, ada] = await Promise.all([portal.openAccount('Long Lane'), support.signIn('Grace Hopper')]);
    jobId = await portal.submit(account, { kind: 'static_ad', brief: { headline: 'Fresh bread' } });
    await portal.untilEnded(account, jobId);
  });

  /** Opens a page with a list that was read to its end. `before`: a script for support's page before it goes to the list. */
  const openList = async (list: LongList, of = account, before = '0') => {
    const open =
      list.face === 'portal'
        ? await portal.open(of, { to: list.place(of), prepare: serveLongLists })
        : await support.open({}, ada);
    const { page } = open;
    if ('goTo' in open) {
      await serveLongLists(page);
      await page.evaluate(before);
      await open.goTo(list.place(of));
    }
    await list.within(page).locator(list.row).first().waitFor();
    const more = list.within(page).locator('.more button:not([aria-busy])');
    while ((await more.count()) > 0) {
      const read = page.waitForResponse((response) => response.url().includes('cursor='));
      await more.press('Enter');
      await read;
      await list.within(page).locator('.more button[aria-busy]').waitFor({ state: 'hidden' });
    }
    await untilSettled(page);
    return { ...open, close: () => closeServed(open) };
  };
  const drawnIn = (page: Page, list: LongList) => list.within(page).locator(list.row).count();
  /** The row in the middle of the screen: the number in its text, and its position by ARIA. */
  const middleOf = (page: Page, list: LongList) =>
    page.evaluate<readonly [said: number, place: number] | null>(
      `(() => {
        const row = document.elementFromPoint(innerWidth / 2, innerHeight / 2)?.closest(${JSON.stringify(list.row)});
        if (!row) return null;
        const place = row.getAttribute('aria-posinset') ?? Number(row.getAttribute('aria-rowindex')) - 1;
        return [Number(row.textContent.match(/№(\\d+)/)?.[1]), Number(place)];
      })()`,
    );

  /** Scrolls the middle of the list to the middle of the screen. */
  const scrollToMiddle = async (page: Page, list: LongList) => {
    await page.evaluate(`(() => {
      const { top, height } = document.querySelector(${JSON.stringify(list.container)}).getBoundingClientRect();
      scrollBy(0, top + height / 2 - innerHeight / 2);
    })()`);
    await untilSettled(page);
  };

  it.each(LONG_LISTS)(
    'has at most a few dozen rows in the document at any position, and tells each row’s number: $name',
    async (list) => {
      const open = await openList(list);
      const { page } = open;
      const wholePx = await page.evaluate<number>('document.documentElement.scrollHeight');
      for (const share of [1, 0.5, 0.1]) {
        await page.evaluate(`scrollTo(0, ${String(share * wholePx)})`);
        await untilSettled(page);
        expect(await drawnIn(page, list), `at ${String(share)}`).toBeLessThanOrEqual(MOST_DRAWN);
      }
      await scrollToMiddle(page, list);
      const [said, place] = (await middleOf(page, list)) ?? [];
      expect(said).toBe(place);
      expect(Math.abs(Number(place) - ROWS / 2)).toBeLessThan(30);
      // Rows that come and go do not change the height of the page.
      const afterPx = await page.evaluate<number>('document.documentElement.scrollHeight');
      expect(Math.abs(afterPx - wholePx)).toBeLessThan(wholePx * 0.02);
      const counts = await list.within(page).locator(list.counted).first().getAttribute(list.countedBy);
      expect(counts).toBe(String(list.countedBy === 'aria-rowcount' ? ROWS + 1 : ROWS));
      expect(await portal.faultsOf(page, list.container)).toEqual([]);
      await page.setViewportSize(ZOOMED);
      await untilSettled(page);
      expect(await drawnIn(page, list)).toBeLessThanOrEqual(MOST_DRAWN);
      expect(await brokenLayoutOf(page)).toEqual([]);
      await open.close();
    },
  );

  it.each([LONG_LISTS[0], LONG_LISTS[3]])(
    'renders at most four more rows at a time, one in a frame of 60 ms, and reads no position that they change, however far it is scrolled at once: $name',
    async (list) => {
      const open = await openList(list);
      const { page } = open;
      await page.evaluate(`(() => {
        window.added = [];
        new MutationObserver((records) => {
          const rowsOf = (nodes) => [...nodes].filter((node) => node.matches?.(${JSON.stringify(list.row)}));
          const removed = new Set(records.flatMap(({ removedNodes }) => [...removedNodes]));
          const added = records.flatMap(({ addedNodes }) => rowsOf(addedNodes)).filter((row) => !removed.has(row));
          if (added.length > 0) window.added.push(new Set(added).size);
        }).observe(document.body, { childList: true, subtree: true });
        // A position that is read between a change and its layout makes the browser lay the page out once more.
        window.readEarly = 0;
        const changes = new MutationObserver(() => undefined);
        changes.observe(document.querySelector(${JSON.stringify(list.container)}), { childList: true, attributes: true, subtree: true });
        const { getBoundingClientRect } = Element.prototype;
        Element.prototype.getBoundingClientRect = function () {
          if (changes.takeRecords().length > 0) window.readEarly += 1;
          return getBoundingClientRect.call(this);
        };
      })()`);
      const wholePx = await page.evaluate<number>('document.documentElement.scrollHeight');
      for (const share of [0.2, 0.9, 0.5]) {
        await page.evaluate(`scrollTo(0, ${String(share * wholePx)})`);
        await untilSettled(page);
      }
      const added = await page.evaluate<number[]>('window.added.splice(0)');
      expect(Math.max(...added)).toBeLessThanOrEqual(4);
      expect(await drawnIn(page, list)).toBeGreaterThan(20);
      await page.evaluate(`(() => {
        const work = () => {
          for (const began = performance.now(); performance.now() - began < 60; );
          requestAnimationFrame(work);
        };
        requestAnimationFrame(work);
        scrollTo(0, ${String(0.2 * wholePx)});
      })()`);
      await untilSettled(page);
      // The first frame has only those before it to judge by.
      const [, ...addedBySlow] = await page.evaluate<number[]>('window.added');
      expect(new Set(addedBySlow)).toEqual(new Set([1]));
      expect(await page.evaluate('window.readEarly')).toBe(0);
      await open.close();
    },
  );

  it.for([LONG_LISTS[0], LONG_LISTS[2]])(
    'stays where it was when a job comes in on top, and is filled after Page Up, End and Home: $name',
    async (list, { expect }) => {
      const own = await portal.openAccount('Short Lane');
      await portal.untilEnded(
        own,
        await portal.submit(own, { kind: 'static_ad', brief: { headline: 'Rye' } }),
      );
      const open = await openList(list, own);
      const { page } = open;
      const rows = list.within(page).locator(list.row);
      await scrollToMiddle(page, list);
      await page.mouse.click(2, 300);
      await page.keyboard.press('PageUp');
      await untilSettled(page);
      const before = await middleOf(page, list);
      expect(before).toEqual([expect.any(Number), before?.[0]]);
      const said = rows.filter({ hasText: `№${String(before?.[0])} of` });
      const topPx = (await said.boundingBox())?.y;
      const readAgain = page.waitForResponse(
        async (response) =>
          /\/v1\/jobs\?/.test(response.url()) && (await response.text()).includes('Spelt on top'),
      );
      await portal.submit(own, { kind: 'static_ad', brief: { headline: 'Spelt on top' } });
      await readAgain;
      await expect.poll(() => middleOf(page, list)).toEqual([before?.[0], Number(before?.[1]) + 1]);
      expect((await said.boundingBox())?.y).toBeCloseTo(Number(topPx), 0);
      await page.keyboard.press('End');
      await untilSettled(page);
      expect(await rows.filter({ hasText: `№${String(ROWS)} of` }).count()).toBe(1);
      await page.keyboard.press('Home');
      await untilSettled(page);
      expect(await rows.filter({ hasText: 'Spelt on top' }).count()).toBe(1);
      await open.close();
    },
  );

  it('keeps the row with the focus, from which Tab goes on, and an opened row', async () => {
    const [jobs, history] = LONG_LISTS;
    const ofJobs = await openList(jobs);
    await ofJobs.page.evaluate('scrollTo(0, 0)');
    await untilSettled(ofJobs.page);
    await ofJobs.page.locator('.job-row', { hasText: /№4 of/ }).focus();
    await ofJobs.page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
    await untilSettled(ofJobs.page);
    expect((await focusedOn(ofJobs.page))?.name).toContain('№4 ');
    for (const next of ['№5 ', '№6 ', '№7 ']) {
      await ofJobs.page.keyboard.press('Tab');
      await untilSettled(ofJobs.page);
      expect(await focusedOn(ofJobs.page)).toMatchObject({
        name: expect.stringContaining(next),
        isInSight: true,
      });
    }
    await ofJobs.close();

    const ofHistory = await openList(history);
    const { page } = ofHistory;
    await page.evaluate('scrollTo(0, 0)');
    await untilSettled(page);
    await page.locator('summary.line-summary', { hasText: /№3 of/ }).click();
    await page.getByText('Open the job').waitFor();
    await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
    await untilSettled(page);
    expect(await page.locator('details[open]', { hasText: /№3 of/ }).count()).toBe(1);
    await ofHistory.close();
  });

  it('renders only the row again that an event is about', async () => {
    const [jobs] = LONG_LISTS;
    const open = await openList(jobs);
    const { page } = open;
    await page.evaluate('scrollTo(0, 0)');
    await page.locator(`.job-row[href$="${jobId}"]`).waitFor();
    await untilSettled(page);
    await page.evaluate(COUNT_INSTANTS);
    await portal.call('POST', `/v1/jobs/${jobId}/refund`, { credits: 5, reason: 'A stain' }, account);
    await page.locator(`.job-row[href$="${jobId}"]`, { hasText: '30' }).waitFor();
    expect(await drawnIn(page, jobs)).toBeGreaterThan(15);
    expect(await page.evaluate('window.instants')).toBeLessThan(10);
    await open.close();
  });

  it('is read again by itself only while it is not scrolled, and renders nothing if all is as it was', async () => {
    const [, , ofSupport] = LONG_LISTS;
    const open = await openList(ofSupport, account, READ_OFTEN);
    const { page } = open;
    const readByFrames = await page.evaluate<readonly number[]>(`(async () => {
      const read = [];
      for (let frame = 0; frame < 60; frame++) {
        scrollBy(0, frame % 2 === 0 ? 40 : -40);
        await new Promise(requestAnimationFrame);
        read.push(window.fetched);
      }
      return read;
    })()`);
    // What was under way as it began is done within a few frames.
    expect(readByFrames.at(-1)).toBe(readByFrames[5]);
    await untilSettled(page);
    await page.evaluate(COUNT_INSTANTS);
    for (const part of [/\/v1\/jobs\?/, /\/limits/, /\/v1\/entries/, /\/v1\/jobs\?/, /\/limits/])
      await page.waitForResponse((response) => part.test(response.url()));
    await untilSettled(page);
    expect(await page.evaluate('window.instants')).toBe(0);
    await open.close();
  });

  it('has the further page that was asked for, when an event has the first page read again meanwhile', async () => {
    const [, history] = LONG_LISTS;
    const own = await portal.openAccount();
    const id = await portal.submit(own, { kind: 'static_ad', brief: { headline: 'Rye on Sundays' } });
    await portal.untilEnded(own, id);
    const open = await portal.open(own, { to: history.place(), prepare: serveLongLists });
    const { page } = open;
    const list = history.within(page);
    await list.locator(history.row).first().waitFor();
    let goOn = () => {};
    const held = new Promise<void>((resolve) => (goOn = resolve));
    await page.route(/\/v1\/history\?.*cursor=/, async (route) => {
      await held;
      await route.fallback();
    });
    const asked = page.waitForRequest(/\/v1\/history\?.*cursor=/);
    await list.locator('.more button').press('Enter');
    await asked;
    const readAgain = page.waitForResponse((response) => /\/v1\/history\?(?!.*cursor=)/.test(response.url()));
    await portal.call('POST', `/v1/jobs/${id}/refund`, { credits: 5, reason: 'A stain' }, own);
    await readAgain;
    goOn();
    await list.locator('.more button[aria-busy]').waitFor({ state: 'hidden' });
    await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
    await untilSettled(page);
    await list.locator(history.row, { hasText: '№600 of' }).waitFor();
    await closeServed(open);
  });

  it('is rendered whole for printing', async () => {
    const [, , ofSupport] = LONG_LISTS;
    const open = await openList(ofSupport);
    const { page } = open;
    // The browser prints the document right after its listeners.
    const drawn = await page.evaluate<number>(
      `dispatchEvent(new Event('beforeprint')), Promise.resolve().then(() => Promise.resolve())
        .then(() => document.querySelectorAll(${JSON.stringify(`${ofSupport.container} ${ofSupport.row}`)}).length)`,
    );
    expect(drawn).toBe(ROWS);
    await page.evaluate(`dispatchEvent(new Event('afterprint'))`);
    await untilSettled(page);
    expect(await drawnIn(page, ofSupport)).toBeLessThanOrEqual(MOST_DRAWN);
    await open.close();
  });
});
