import { describe, expect, it } from 'vitest';
import { browserFor } from '../browser/find-browser.ts';
import { withPages } from './enter-console.ts';
import { brokenLayoutOf, movingOn } from './page-faults.ts';
import { WIDTHS, type PortalFixture } from './portal-fixture.ts';

const program = browserFor(import.meta.filename);
const SLOW_AD = { kind: 'static_ad', brief: { headline: 'Fresh bread' }, test_scenario: 'never_finishes' };

/** A page of another site, in both themes, with an element for each token. It keeps the elements' events. */
const shopOf = (tokens: readonly string[], css = '') => `<!doctype html>
<html lang="en"><title>A shop</title>
<meta name="viewport" content="width=device-width">
<style>:root { color-scheme: light dark; background: light-dark(#fff, #101318); color: light-dark(#111, #eee); } ${css}</style>
<script>window.told = []; addEventListener('holdfast-signed-out', ({ target }) => window.told.push(target.id));</script>
<script src="/portal/holdfast-credits.js"></script>
<main><h1>A shop</h1>
${tokens.map((token, at) => `<p><holdfast-credits id="e${String(at)}" token="${token}"></holdfast-credits></p>`).join('\n')}
</main></html>`;

/** Each variable of docs/console.md with the style that it must set. */
const THEMED = {
  text: ['.frame', 'color', 'rgb(1, 2, 3)'],
  accent: ['strong', 'color', 'rgb(4, 5, 6)'],
  muted: ['span', 'color', 'rgb(7, 8, 9)'],
  background: ['.frame', 'backgroundColor', 'rgb(250, 251, 252)'],
  line: ['.frame', 'borderTopColor', 'rgb(10, 11, 12)'],
  radius: ['.frame', 'borderTopLeftRadius', '3px'],
  padding: ['.frame', 'paddingLeft', '21px'],
  font: ['.frame', 'fontSize', '19px'],
} as const;
const VALUES = { radius: '3px', padding: '2px 21px', font: '700 19px/1.4 serif' } as const;

describe.skipIf(program === null).concurrent('<holdfast-credits> in a shop’s page', () => {
  let portal: PortalFixture;

  withPages(program, (pages) => {
    ({ portal } = pages);
  });

  const tokenOf = async (account: string) => {
    const { body } = await portal.call('POST', '/v1/portal_sessions', { can: ['read'] }, account);
    return { id: String(body['id']), token: String(body['token']) };
  };
  const openShop = async (account: string, html: string) => {
    const open = await portal.open(account, { can: ['read'] });
    await open.page.route('**/shop', (route) => route.fulfill({ contentType: 'text/html', body: html }));
    await open.page.goto(`${portal.apiUrl}/shop`);
    return open;
  };

  it('shows two accounts side by side, each live, without a fault in either theme, narrow, wide or at 200 %', async () => {
    const [one, other] = await Promise.all([portal.openAccount(), portal.openAccount()]);
    const tokens = await Promise.all([tokenOf(one), tokenOf(other)]);
    const open = await openShop(one, shopOf(tokens.map(({ token }) => token)));
    const { page } = open;
    await portal.submit(one, SLOW_AD);
    await page.locator('#e0').getByText('credits · 35 reserved').waitFor();
    await page.locator('#e0').getByText('965', { exact: true }).waitFor();
    await page.locator('#e1').getByText('1,000', { exact: true }).waitFor();
    expect(await page.locator('#e1').getByText('reserved').count()).toBe(0);
    for (const width of [...WIDTHS, 640]) {
      await page.setViewportSize({ width, height: 400 });
      const faults = [...(await portal.faultsInBothThemes(page)), ...(await brokenLayoutOf(page))];
      expect(faults, `${String(width)} px`).toEqual([]);
    }
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    expect(await movingOn(page)).toEqual([]);
    await open.close();
  });

  it('takes its looks from the variables that docs/console.md names', async () => {
    const account = await portal.openAccount();
    const { token } = await tokenOf(account);
    const css = Object.entries(THEMED).map(
      ([name, [, , seen]]) =>
        `--holdfast-${name}: ${name in VALUES ? VALUES[name as keyof typeof VALUES] : seen};`,
    );
    const open = await openShop(account, shopOf([token, token], `#e0 { ${css.join(' ')} }`));
    const { page } = open;
    await page.locator('#e1').getByText('1,000').waitFor();
    const looksOf = (id: string) =>
      page.evaluate<Record<string, string>>(`Object.fromEntries(Object.entries(${JSON.stringify(THEMED)}).map(
        ([name, [part, style]]) =>
          [name, getComputedStyle(document.getElementById(${JSON.stringify(id)}).shadowRoot.querySelector(part))[style]]))`);
    await page.locator('#e0').getByText('1,000').waitFor();
    expect(await looksOf('e0')).toEqual(
      Object.fromEntries(Object.entries(THEMED).map(([name, [, , seen]]) => [name, seen])),
    );
    // The other element has none of these styles.
    const plain = Object.entries(await looksOf('e1'));
    expect(plain.filter(([name, seen]) => THEMED[name as keyof typeof THEMED][2] === seen)).toEqual([]);
    await open.close();
  });

  it('shows nothing with an unknown or ended token, fires its event once, and continues with a new token', async ({
    expect,
  }) => {
    const account = await portal.openAccount();
    const session = await tokenOf(account);
    const open = await openShop(account, shopOf(['hf_portal_none', session.token]));
    const { page } = open;
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.headers()['authorization'] ?? ''));
    await page.locator('#e1').getByText('1,000').waitFor();
    await expect.poll(() => page.evaluate('window.told')).toEqual(['e0']);
    const boxOf = (id: string) =>
      page.evaluate(
        `(() => { const { width, height } = document.getElementById('${id}').getBoundingClientRect(); return width * height; })()`,
      );
    expect(await boxOf('e0')).toBe(0);

    const ended = await portal.call('DELETE', `/v1/portal_sessions/${session.id}`, undefined, account);
    expect(ended.status).toBe(204);
    // The stream checks its reader's rights before it sends an event.
    await portal.submit(account, SLOW_AD);
    await expect.poll(() => page.evaluate('window.told'), { timeout: 30_000 }).toEqual(['e0', 'e1']);
    expect(await boxOf('e1')).toBe(0);
    expect(await portal.faultsOf(page)).toEqual([]);

    const { token } = await tokenOf(account);
    asked.length = 0;
    await page.evaluate(`document.getElementById('e1').token = ${JSON.stringify(token)}`);
    await page.locator('#e1').getByText('965', { exact: true }).waitFor();
    // No request has the refused token.
    expect(asked.filter((authorization) => authorization !== `Bearer ${token}`)).toEqual([]);
    expect(await page.evaluate('window.told')).toEqual(['e0', 'e1']);
    await open.close();
  });
});
