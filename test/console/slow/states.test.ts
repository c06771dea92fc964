import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { browserFor } from '../../browser/find-browser.ts';
import { withPages } from '../enter-console.ts';
import { delayCalls, holdCalls, refuseCalls } from '../held-calls.ts';
import { faultsOfTabbing, focusedOn } from '../keyboard.ts';
import { brokenLayoutOf, movingOn, textsSeenOn, untilRead } from '../page-faults.ts';
import type { PortalFixture } from '../portal-fixture.ts';
import type { SignedIn, SupportFixture } from '../support-fixture.ts';

const program = browserFor(import.meta.filename);
const HEADLINE = 'Rye on Sundays';
const AD = { kind: 'static_ad', brief: { headline: HEADLINE } };
const DARK_NARROW = { theme: 'dark', width: 360 } as const;
const LIGHT_WIDE = { theme: 'light', width: 1_280 } as const;
const VIEW_HEIGHT = 800;
/** The size in CSS pixels of a screen of 1,280 × 800 at 200 %. */
const ZOOMED = { width: 640, height: 400 } as const;
/** Fourteen dialogs in two looks, each searched by axe and walked through by Tab. */
const DIALOGS = { timeout: 300_000 } as const;
/** In the page: opens all that is folded. */
const UNFOLD = "document.querySelectorAll('details').forEach((one) => (one.open = true))";

/** In the page: the element with the focus if it lies outside of the open dialog; null: the focus is kept. */
const FIND_ESCAPED = `(() => {
  const { activeElement: focused, body } = document;
  // Between the last control and the first the focus is with the browser's own bars.
  if (focused === body || focused.closest('dialog[open]') !== null) return null;
  return focused.textContent.slice(0, 40);
})()`;

/** Goes by Tab from the last control of a dialog on to the first, and back from there; returns what gets the focus outside. */
async function faultsOfKeeping(page: Page): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const key of ['Tab', 'Tab', 'Shift+Tab', 'Shift+Tab', 'Shift+Tab']) {
    await page.keyboard.press(key);
    const escaped = await page.evaluate<string | null>(FIND_ESCAPED);
    if (escaped !== null) faults.push(`${key} leaves it for “${escaped}”`);
  }
  return faults;
}

describe.skipIf(program === null).concurrent('a page', () => {
  let portal: PortalFixture;
  let support: SupportFixture;
  let ada: SignedIn;
  let account: string;
  let empty: string;
  let delivered: string;
  let running: string;
  let doubtful: string;
  let reviewId: string;

  withPages(program, async (pages) => {
    ({ portal, support } = pages);
    [account, empty, ada] = await Promise.all([
      portal.openAccount('Mill Lane'),
      portal.openAccount('Nothing Left'),
      support.signIn('Ada Lovelace'),
    ]);
    const { body: balance } = await portal.call('GET', '/v1/balance', undefined, empty);
    for (const { id } of balance.grants as readonly { readonly id: string }[]) {
      await portal.call('POST', `/v1/grants/${id}/void`, { reason: 'The payment was reversed' });
    }
    // Two lines of a narrow history.
    const reason = 'The second of two pictures came late, as agreed by telephone';
    const goodwill = { source: 'goodwill', credits: 5, reference: 'late', reason };
    await portal.call('POST', `/v1/accounts/${account}/grants`, goodwill);
    const hook = { url: 'https://hooks.invalid/', events: ['job.succeeded'] };
    await portal.call('POST', '/v1/webhook_endpoints', hook, account);
    await portal.call('POST', '/v1/keys', { name: 'shop', scopes: ['jobs:read'] }, account);
    [delivered, running, doubtful] = await Promise.all([
      portal.submit(account, AD),
      portal.submit(account, { ...AD, test_scenario: 'never_finishes' }),
      portal.submit(account, { ...AD, test_scenario: 'unknown_outcome_lost' }),
    ]);
    const { outputs } = await portal.untilEnded(account, delivered);
    const path = `/v1/outputs/${String(outputs[0].id)}/reports`;
    reviewId = (await portal.call('POST', path, { category: 'broken', note: 'Cut off.' }, account)).body[
      'id'
    ] as string;
  });

  /** Each with a text of the last part that it reads. */
  const portalPlaces = () =>
    [
      ['credits', HEADLINE],
      ['jobs', HEADLINE],
      [`jobs/${delivered}`, 'Delivered and charged'],
      ['create', 'Price'],
    ] as const;
  const supportPlaces = () =>
    [
      ['now', 'Stuck jobs'],
      [`find?q=${account}`, 'Mill Lane'],
      [`jobs/${delivered}`, 'Audit trail'],
      [`reviews/${reviewId}`, 'Reports of this account'],
      [`accounts/${account}`, 'Balance after'],
      ['models', 'Cost and margin'],
      ['ledger', 'Automatic returns'],
    ] as const;
  const faultsOf = async (page: Page) => [...(await portal.faultsOf(page)), ...(await brokenLayoutOf(page))];
  const goTo = (page: Page, place: string) => page.evaluate(`location.hash = '#/${place}'`);
  /** Resolves when the page has rendered a place, and nothing of the one before. */
  const enter = (page: Page, place: string) =>
    page.evaluate(`new Promise((resolve) => {
      const twoFrames = () => requestAnimationFrame(() => requestAnimationFrame(resolve));
      if (location.hash === '#/${place}') twoFrames();
      else addEventListener('hashchange', twoFrames, { once: true });
      location.hash = '#/${place}';
    })`);
  /** The faults that a look at a page finds while it is narrow and dark, and then while it is wide and light. */
  const inTwoLooks = async (page: Page, look: () => Promise<readonly string[]>) => {
    const faults: string[] = [];
    for (const { theme, width } of [DARK_NARROW, LIGHT_WIDE]) {
      await page.emulateMedia({ colorScheme: theme });
      await page.setViewportSize({ width, height: VIEW_HEIGHT });
      await page.evaluate(
        'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())))',
      );
      faults.push(...(await look()).map((fault) => `${theme}, ${String(width)} px: ${fault}`));
    }
    return faults;
  };
  /** Collects the faults of several places, so that all are reported at once. */
  const notesOf = () => {
    const notes: string[] = [];
    const note = (place: string, faults: readonly string[]) => {
      notes.push(...faults.map((fault) => `${place}: ${fault}`));
    };
    return { notes, note };
  };

  it('that is loading or was refused has no fault, narrow and dark or wide and light', async () => {
    const customers = await portal.open(account);
    const supports = await support.open({}, ada);
    const { notes, note } = notesOf();
    for (const [{ page }, places] of [
      [customers, portalPlaces().slice(0, 3)],
      [supports, supportPlaces()],
    ] as const) {
      await page.locator('h1').first().waitFor();
      await holdCalls(page);
      await enter(page, 'nowhere');
      for (const [place] of places) {
        await enter(page, place);
        await page.locator('.loading').first().waitFor();
        note(`${place} waits`, await inTwoLooks(page, () => brokenLayoutOf(page)));
      }
      note('the last one waits', await inTwoLooks(page, () => portal.faultsOf(page)));
      await page.unroute('**/v1/**');
      await refuseCalls(page);
      await enter(page, 'nowhere');
      for (const [place] of places) {
        await enter(page, place);
        await page.getByText('It is not your fault').first().waitFor();
        note(`${place} was refused`, await inTwoLooks(page, () => brokenLayoutOf(page)));
      }
      note('the last one was refused', await inTwoLooks(page, () => portal.faultsOf(page)));
      await page.unroute('**/v1/**');
      const goOn = await delayCalls(page);
      await page.getByRole('button', { name: 'Try again' }).first().click();
      goOn();
      await page.locator('section, .card').first().waitFor();
    }
    expect(notes).toEqual([]);
    await Promise.all([customers.close(), supports.close()]);
  });

  it('without data says what would bring some', async () => {
    const customers = await portal.open(empty, DARK_NARROW);
    const supports = await support.open(DARK_NARROW, ada);
    const { notes, note } = notesOf();
    for (const [{ page }, place, sign] of [
      [customers, 'credits', 'A pack adds credits'],
      // A grant that was taken back is no usage.
      [customers, 'credits', 'Nothing was charged in this time'],
      [customers, 'jobs', 'Create the first one'],
      [customers, 'jobs?state=failed', 'No job fits these filters'],
      [customers, 'nowhere', 'There is no such page'],
      [supports, `accounts/${empty}`, 'No webhook endpoints'],
      [supports, 'find?q=nothing_of_this_name', 'Nothing has this id or name'],
      [supports, 'nowhere', 'There is no such page'],
    ] as const) {
      await goTo(page, place);
      await page.getByText(sign).first().waitFor();
      await untilRead(page);
      note(place, await faultsOf(page));
    }
    expect(notes).toEqual([]);
    await Promise.all([customers.close(), supports.close()]);
  });

  /**
   * Opens each dialog of a page by a key, narrow and dark, and wide and light; returns faults of the dialog, of tabbing
   * through it, of the focus that leaves it, and of the focus afterwards.
   */
  const faultsOfDialogs = async (
    page: Page,
    dialogs: readonly (readonly [place: string, name: string, sign: string])[],
  ): Promise<readonly string[]> => {
    const { notes, note } = notesOf();
    for (const [place, name, sign] of dialogs) {
      await goTo(page, place);
      const opener = page.getByRole('button', { name, exact: true, includeHidden: true });
      await opener.waitFor({ state: 'attached' });
      await page.evaluate(UNFOLD);
      const look = async () => {
        await opener.press('Enter');
        await page.getByRole('dialog').getByText(sign).first().waitFor();
        // The page below is tested elsewhere.
        const faults = [
          ...(await portal.faultsOf(page, 'dialog[open]')),
          ...(await brokenLayoutOf(page)),
          ...(await faultsOfTabbing(page)),
          ...(await faultsOfKeeping(page)),
        ];
        await page.keyboard.press('Escape');
        await page.getByRole('dialog').waitFor({ state: 'hidden' });
        const focused = await focusedOn(page);
        return focused?.name === name
          ? faults
          : [...faults, `the focus is at ${focused?.name ?? 'the page'} after it`];
      };
      note(name, await inTwoLooks(page, look));
    }
    return notes;
  };

  it('of a customer has dialogs without a fault, which keep the focus and return it', async () => {
    const { page, close } = await portal.open(account, DARK_NARROW);
    const faults = await faultsOfDialogs(page, [
      [`jobs/${delivered}`, 'Edit', 'What should be different?'],
      [`jobs/${delivered}`, 'Regenerate', 'Regenerate for 35 credits'],
      [`jobs/${delivered}`, 'Report a problem', 'What is wrong with it?'],
      [`jobs/${running}`, 'Cancel job', 'are reserved for it'],
      ['credits', 'Statement', 'Closing balance'],
    ]);
    expect(faults).toEqual([]);
    await close();
  });

  it('of support has dialogs without a fault, which keep the focus and return it', DIALOGS, async () => {
    const { page, close } = await support.open(DARK_NARROW, ada);
    const faults = await faultsOfDialogs(page, [
      [`jobs/${delivered}`, 'Refund', 'credits to the'],
      [`jobs/${running}`, 'Extend', 'How much later'],
      [`jobs/${running}`, 'Restart', 'makes a new attempt'],
      [`jobs/${running}`, 'Release', 'credits to the'],
      [`jobs/${doubtful}`, 'Resolve', 'counts attempt 1'],
      [`reviews/${reviewId}`, 'Deny', 'moves no credits'],
      [`accounts/${account}`, 'Grant goodwill', 'Reason'],
      [`accounts/${account}`, 'Void the Sign-up grant', 'takes back'],
      [`accounts/${account}`, 'Set limits', 'Jobs at once'],
      [`accounts/${account}`, 'Set a cap', 'As its jobs name it.'],
      [`accounts/${account}`, 'Set price list', 'changes nothing'],
      [`accounts/${account}`, 'Send job.succeeded again', 'again to https://hooks.invalid/'],
      [`accounts/${account}`, 'Revoke the key shop', 'refuses every call with key_'],
      [`accounts/${account}`, 'Freeze', 'refuses new spending from now on'],
    ]);
    expect(faults).toEqual([]);
    await close();
  });

  /**
   * Texts that are lost at 200 %, elements then wider than the screen, and controls that Tab does not reach at either
   * size.
   */
  const faultsOfZoom = async (
    page: Page,
    places: readonly (readonly [place: string, sign: string])[],
  ): Promise<readonly string[]> => {
    const { notes, note } = notesOf();
    for (const [place, sign] of places) {
      await page.setViewportSize({ width: 1_280, height: 800 });
      await enter(page, place);
      await page.getByText(sign).first().waitFor();
      await untilRead(page);
      const whole = await textsSeenOn(page);
      note(place, await faultsOfTabbing(page));
      await page.setViewportSize(ZOOMED);
      const zoomed = new Set(await textsSeenOn(page));
      let lost = whole.filter((text) => !zoomed.has(text));
      if (lost.length > 0) {
        // Other tests act on the same data: what has gone at 100 % too is not lost by the zoom.
        await page.setViewportSize({ width: 1_280, height: 800 });
        const still = new Set(await textsSeenOn(page));
        lost = lost.filter((text) => still.has(text));
        await page.setViewportSize(ZOOMED);
      }
      note(`${place} at 200 %`, [
        ...lost.map((text) => `“${text}” is lost`),
        ...(await brokenLayoutOf(page)),
      ]);
      note(`${place} at 200 %`, await faultsOfTabbing(page));
    }
    return notes;
  };

  it('of a customer shows at 200 % all that it shows at 100 %, and Tab reaches all of it', async () => {
    const { page, close } = await portal.open(account);
    expect(await faultsOfZoom(page, portalPlaces())).toEqual([]);
    await close();
  });

  it('of support shows at 200 % all that it shows at 100 %, and Tab reaches all of it', async () => {
    const { page, close } = await support.open({}, ada);
    expect(await faultsOfZoom(page, supportPlaces())).toEqual([]);
    await close();
  });

  it('at 200 % lets a customer create a job, and support refund it', async () => {
    const own = await portal.openAccount();
    const { page, close } = await portal.open(own, { to: 'create' });
    await page.setViewportSize(ZOOMED);
    await page.getByLabel('Headline').fill(HEADLINE);
    await page.getByRole('button', { name: 'Create for 35 credits' }).click();
    await page.getByText('Accepted, and its credits reserved').waitFor();
    const { body } = await portal.call('GET', '/v1/jobs', undefined, own);
    const id = String(body.data[0].id);
    await portal.untilEnded(own, id);
    const open = await support.open({}, ada);
    await open.page.setViewportSize(ZOOMED);
    await open.goTo(`jobs/${id}`);
    await open.page.getByRole('button', { name: 'Refund' }).click();
    await open.page.getByText('returns 35 credits').first().waitFor();
    await open.page.getByLabel('Reason').fill('It is blurred');
    await open.page.getByRole('dialog').getByRole('button', { name: 'Refund' }).click();
    await open.page.getByText('refunded 35.').waitFor();
    await Promise.all([close(), open.close()]);
  });

  it('has no motion if reduced motion is preferred, and has motion otherwise', async ({ expect }) => {
    const customers = await portal.open(account, { to: `jobs/${running}` });
    const supports = await support.open({}, ada);
    await supports.goTo(`jobs/${running}`);
    await customers.page.getByText('reserved. What is not ready').waitFor();
    await supports.page.getByText('Audit trail').waitFor();
    for (const { page } of [customers, supports]) {
      await untilRead(page);
      await expect.poll(() => movingOn(page)).toEqual([]);
    }
    const { page } = supports;
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    await page.reload();
    await page.getByText('Audit trail').waitFor();
    await expect.poll(() => movingOn(page)).toContain('breathe');
    await Promise.all([customers.close(), supports.close()]);
  });
});
