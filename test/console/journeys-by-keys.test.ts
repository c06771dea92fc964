import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { browserFor } from '../browser/find-browser.ts';
import { withPages } from './enter-console.ts';
import { tabTo } from './keyboard.ts';
import type { PortalFixture } from './portal-fixture.ts';
import type { SupportFixture } from './support-fixture.ts';

const program = browserFor(import.meta.filename);

/** Other tests take the journeys by clicks, in the light theme at 1,280 px. */
const DARK_NARROW = { theme: 'dark', width: 360 } as const;

/** In the page: presses the button with the focus, and returns where the focus is once a dialog is drawn. */
const PRESS_FOCUSED = `(async () => {
  document.activeElement.click();
  while (document.querySelector('dialog') === null) await null;
  return document.activeElement.closest('dialog')?.tagName;
})()`;

/** Goes to the control of this name by Tab, and uses it. */
const use = async (page: Page, name: string | RegExp, key = 'Enter') => {
  await tabTo(page, name);
  await page.keyboard.press(key);
};

/** From the page of an edit, or of a regeneration, to that of the job that it was made from. */
const goToSource = async (page: Page) => {
  await page.getByRole('link', { name: 'an earlier result' }).waitFor();
  await use(page, 'an earlier result');
  await page.getByText('Made from it').waitFor();
};

describe.skipIf(program === null).concurrent('by keys alone, 360 px wide and in the dark theme,', () => {
  let portal: PortalFixture;
  let support: SupportFixture;

  withPages(program, (pages) => {
    ({ portal, support } = pages);
  });

  it('a customer creates a job, downloads, edits, regenerates and reports its output, and downloads the statement', async () => {
    const account = await portal.openAccount();
    const open = await portal.open(account, DARK_NARROW);
    const { page } = open;
    await use(page, 'Skip to content');
    await page.locator('main:focus').waitFor();
    await use(page, 'Create');
    await tabTo(page, 'Headline');
    await page.keyboard.type('Fresh bread');
    await page.getByRole('button', { name: 'Create for 35 credits' }).waitFor();
    await use(page, 'Create for 35 credits');
    await page.getByText('Delivered and charged').waitFor();
    const [picture] = await Promise.all([page.waitForEvent('download'), use(page, 'Download')]);
    expect(picture.suggestedFilename()).toMatch(/\.png$/);
    await use(page, 'Edit');
    await tabTo(page, /^What should be different/);
    await page.keyboard.type('Warmer light');
    await page.getByRole('button', { name: 'Create the edit for 35 credits' }).waitFor();
    await use(page, 'Create the edit for 35 credits');
    await goToSource(page);
    await use(page, 'Regenerate');
    await page.getByRole('button', { name: 'Regenerate for 35 credits' }).waitFor();
    await use(page, 'Regenerate for 35 credits');
    await goToSource(page);
    await use(page, 'Report a problem');
    await tabTo(page, /It is broken/);
    await page.keyboard.press('Space');
    await page.getByText('What helps').waitFor();
    await use(page, 'Send the report');
    await page.getByText('Being looked at').waitFor();
    await use(page, 'Credits');
    await page.getByRole('heading', { name: 'History' }).waitFor();
    await use(page, /^Fresh bread/);
    await page.getByText('Charged, from what was reserved').first().waitFor();
    await use(page, 'Credits in and out');
    await page.getByText('Credits added').waitFor();
    await use(page, 'Statement');
    await page.getByText('Closing balance').waitFor();
    const [file] = await Promise.all([page.waitForEvent('download'), use(page, 'Download CSV')]);
    expect(file.suggestedFilename()).toMatch(/\.csv$/);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Statement' }).and(page.locator(':focus')).waitFor();
    await open.close();
  });

  it('a customer finds a running job by its filters, first keeps it, and then cancels it', async () => {
    const account = await portal.openAccount();
    const body = { kind: 'static_ad', brief: { headline: 'Rolls' }, test_scenario: 'never_finishes' };
    const id = await portal.submit(account, body);
    const open = await portal.open(account, { ...DARK_NARROW, to: 'jobs' });
    const { page } = open;
    await use(page, 'Running');
    await tabTo(page, 'Kind');
    await page.keyboard.press('ArrowDown');
    await page.waitForURL((url) => url.hash === '#/jobs?state=running&kind=static_ad');
    await page.getByText('Rolls').waitFor();
    await use(page, /^Rolls/);
    await page.getByText('Work started').waitFor();
    await use(page, 'Cancel job');
    await use(page, 'Keep it');
    await page.getByRole('button', { name: 'Cancel job' }).and(page.locator(':focus')).waitFor();
    expect(await page.evaluate(PRESS_FOCUSED), 'a key that follows at once goes to the dialog').toBe(
      'DIALOG',
    );
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Cancel job' }).and(page.locator(':focus')).waitFor();
    await page.keyboard.press('Enter');
    await use(page, 'Cancel the job');
    await page.getByText('returned to your balance').waitFor();
    expect((await portal.untilEnded(account, id))['billing']).toMatchObject({ reserved: 0, returned: 35 });
    await open.close();
  });

  it('support signs in, finds a job by its id, refunds it, opens its account, the models and the reviews, and signs out', async () => {
    const account = await portal.openAccount('Mill Lane');
    const id = await portal.submit(account, { kind: 'static_ad', brief: { headline: 'Rye' } });
    await portal.untilEnded(account, id);
    const open = await support.open(DARK_NARROW);
    const { page } = open;
    await tabTo(page, 'Your name');
    await page.keyboard.type('Ada Lovelace');
    await tabTo(page, 'Platform key');
    await page.keyboard.type(support.platformKey);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Now', exact: true }).waitFor();
    await page.keyboard.press('/');
    await page.getByRole('searchbox').waitFor();
    await page.keyboard.type(id);
    await page.getByRole('link', { name: id }).waitFor();
    await use(page, new RegExp(id));
    await page.getByText('Yes: 35 credits.').waitFor();
    await use(page, 'Refund');
    await page.getByText('returns 35 credits').waitFor();
    await tabTo(page, /^Reason/);
    await page.keyboard.type('It is blurred');
    await use(page, 'Refund');
    await page.getByText('refunded 35.').waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('Nothing is left to do').waitFor();
    await use(page, 'Account Mill Lane');
    await page.getByRole('heading', { name: 'Mill Lane' }).waitFor();
    await use(page, 'Models');
    await page.getByRole('heading', { name: 'Cost and margin' }).waitFor();
    await use(page, 'Ledger');
    await page.getByRole('heading', { name: 'Ledger', exact: true }).waitFor();
    await tabTo(page, 'Issued');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Issued', pressed: true }).waitFor();
    const [file] = await Promise.all([page.waitForEvent('download'), use(page, 'Download CSV')]);
    expect(file.suggestedFilename()).toMatch(/^ledger-.*\.csv$/);
    await use(page, 'Reviews');
    await page.getByRole('heading', { name: 'Reviews', exact: true }).waitFor();
    await use(page, 'Sign out');
    await page.getByRole('heading', { name: 'Sign in to support' }).waitFor();
    await open.close();
  });
});
