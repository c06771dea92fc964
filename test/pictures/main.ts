/**
 * `npm run pictures`: takes the pictures of docs/console.md from a stack of its own, in an installed Chromium, and writes them to docs/images/.
 * Support's are taken where their pages are.
 */
import path from 'node:path';
import sharp from 'sharp';
import { readBrowserConfig } from '../../dev/dev-config.ts';
import { findBrowser, NO_BROWSER } from '../browser/find-browser.ts';
import { startConsole } from '../console/start-console.ts';
import { createPortalFixture, type Look, type PortalFixture } from '../console/portal-fixture.ts';

const IMAGES = path.join(import.meta.dirname, '..', '..', 'docs', 'images');
/** Sharp enough to read, small enough to commit: 40 to 90 kB each. */
const WEBP = { quality: 72 } as const;

const program = findBrowser(readBrowserConfig());
if (program === null) throw new Error(NO_BROWSER);
const parts = await startConsole(program);
const portal = await createPortalFixture(parts);
try {
  const { account, delivered } = await fillAccount(portal);
  await take('portal-credits', { theme: 'light', width: 1_280 }, 'credits');
  await take('portal-create', { theme: 'light', width: 1_280 }, 'create', async (page) => {
    await page.getByLabel('Headline').fill('Warm by the time you wake');
    await page.getByLabel('Variations').fill('3');
    await page.getByText('Available after').waitFor();
  });
  await take('portal-job', { theme: 'dark', width: 1_280 }, `jobs/${delivered}`);
  await take('portal-jobs-narrow', { theme: 'dark', width: 360 }, 'jobs');

  async function take(
    name: string,
    look: Look,
    to: string,
    prepare: (page: Awaited<ReturnType<PortalFixture['open']>>['page']) => Promise<void> = () =>
      Promise.resolve(),
  ): Promise<void> {
    const open = await portal.open(account, { ...look, to });
    await prepare(open.page);
    // Until pictures and charts are there.
    await open.page.waitForLoadState('networkidle').catch(() => undefined);
    await open.page.waitForTimeout(1_500);
    const file = path.join(IMAGES, `${name}.webp`);
    await sharp(await open.page.screenshot())
      .webp(WEBP)
      .toFile(file);
    console.log(file);
    await open.close();
  }
} finally {
  await portal.close();
  await parts.stop();
}

/** An account as one looks after a while: grants of each source, work that went well, and work that did not. */
async function fillAccount(fixture: PortalFixture) {
  const account = await fixture.openAccount('Tidewell Bakery');
  await fixture.call('POST', `/v1/accounts/${account}/grants`, {
    source: 'top_up',
    pack: 'medium',
    reference: 'pi_7',
  });
  const period_start = new Date(Date.now() - 6 * 86_400_000).toISOString();
  await fixture.call('PUT', `/v1/accounts/${account}/plan`, {
    plan: 'starter',
    reference: 'invoice-7',
    period_start,
  });
  const ad = (headline: string, more: object = {}) =>
    fixture.submit(account, {
      kind: 'static_ad',
      brief: { headline, call_to_action: 'Order now', brand_color: '#b8860b' },
      ...more,
    });
  const failed = await ad('Your morning, already warm', { test_scenario: 'fails_after_start' });
  const several = await ad('A loaf for every table', { variations: 3 });
  const delivered = await ad('Fresh bread, every morning');
  await Promise.all([failed, several, delivered].map((id) => fixture.untilEnded(account, id)));
  await ad('Rolls at seven', { test_scenario: 'slow' });
  return { account, delivered };
}
