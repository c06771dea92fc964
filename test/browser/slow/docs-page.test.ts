import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CALLS } from '../../../contract/calls.ts';
import { createApiFixture, type ApiFixture, type TestAccount } from '../../api/api-fixture.ts';
import { browserFor } from '../find-browser.ts';
import { launchBrowser } from '../launch-browser.ts';

const program = browserFor(import.meta.filename);

describe.skipIf(program === null)('the page /docs in a real browser', () => {
  let api: ApiFixture;
  let account: TestAccount;
  let browser: Browser | undefined;
  let page: Page;
  /** The page's requests, and violations of its policy and errors of its scripts. */
  const asked: string[] = [];
  const complaints: string[] = [];

  beforeAll(async () => {
    api = await createApiFixture();
    account = await api.openAccount();
    browser = await launchBrowser(program);
    page = await browser.newPage();
    page.on('request', (request) => asked.push(request.url()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await page.goto(`${api.url}/docs`);
  });
  afterAll(async () => {
    await browser?.close();
    await api.close();
  });

  it('shows every call of the document, without a request to another origin or a violation of its policy', async () => {
    await page.locator('.opblock').first().waitFor();
    // One more than the calls: what is sent to webhook endpoints.
    expect(await page.locator('.opblock').count()).toBe(Object.keys(CALLS).length + 1);
    expect(asked.filter((url) => !url.startsWith(`${api.url}/`) && !url.startsWith('data:'))).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('sends a call with a key that was typed in, and shows the response', async () => {
    await page.locator('.btn.authorize').first().click();
    const byKey = page.locator('.auth-container form').filter({ hasText: 'Bearer' });
    await byKey.locator('input').fill(account.key);
    await byKey.locator('.authorize').click();
    await byKey.locator('.btn-done').click();
    const call = page.locator('#operations-credits-readBalance');
    await call.locator('.opblock-summary-control').click();
    await call.locator('.try-out__btn').click();
    await call.locator('.execute').click();
    const shown = call.locator('.live-responses-table .response').first();
    await shown.waitFor();
    expect(await shown.innerText()).toContain(account.accountId);
    expect(complaints).toEqual([]);
  });
});
