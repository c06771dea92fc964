import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { keepComplaints } from './page-complaints.ts';
import type { ConsoleParts } from './start-console.ts';

const THEMES = ['light', 'dark'] as const;
export const WIDTHS = [360, 1_280] as const;
export type Look = { readonly theme: (typeof THEMES)[number]; readonly width: (typeof WIDTHS)[number] };
export const LOOKS: readonly Look[] = THEMES.flatMap((theme) => WIDTHS.map((width) => ({ theme, width })));

// The tests check each response field by field.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any;

/** The one rule of axe whose findings depend on the theme. */
const OF_THEMES = ['color-contrast'];

/** In the page: what axe finds by its rules or some of them, a line each, and the width of elements wider than the screen. */
const findFaults = (part: string | null, rules: readonly string[] | null) => `(async () => {
  const runOnly = ${rules === null ? 'undefined' : JSON.stringify(rules)};
  const { violations } = await axe.run(${part === null ? 'document' : JSON.stringify(part)}, { resultTypes: ['violations'], runOnly });
  const found = violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary = '' }) => id + ': ' + html.slice(0, 160) + ' ' + failureSummary.slice(0, 300)));
  const { scrollWidth } = document.documentElement;
  return scrollWidth > innerWidth ? [...found, scrollWidth + ' px wide'] : found;
})()`;

/** An open page of the portal, with its faults. */
export type OpenPortal = {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly token: string;
  /** Violations of its policy, errors of its scripts, requests to other origins. */
  readonly complaints: readonly string[];
  /** Every requested address, and every referrer sent. */
  readonly asked: readonly string[];
  readonly close: () => Promise<void>;
};

export type PortalFixture = Awaited<ReturnType<typeof createPortalFixture>>;

const VIEW_HEIGHT = 800;
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** Opens accounts, tokens and pages on the shared stack and browser. */
export async function createPortalFixture({ apiUrl, platformKey, browser: endpoint }: ConsoleParts) {
  const browser: Browser = await chromium.connect(endpoint);
  const axe = await readFile(AXE, 'utf8');

  const call = async (method: string, path: string, body?: unknown, account?: string) => {
    const response = await fetch(`${apiUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${platformKey}`,
        'content-type': 'application/json',
        'idempotency-key': randomUUID(),
        ...(account === undefined ? {} : { 'holdfast-account': account }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? {} : JSON.parse(text) };
  };

  return {
    apiUrl,
    call,

    /** Opens an account with its sign-up credits, and a harmless name by default. */
    async openAccount(name = 'Tidewell'): Promise<string> {
      const { body } = await call('POST', '/v1/accounts', { name, reference: randomUUID() });
      return body['id'] as string;
    },

    async submit(account: string, body: object): Promise<string> {
      const answer = await call('POST', '/v1/jobs', body, account);
      expect(answer.status, JSON.stringify(answer.body)).toBe(202);
      return answer.body['id'] as string;
    },

    async untilEnded(account: string, jobId: string): Promise<Json> {
      for (;;) {
        const { body } = await call('GET', `/v1/jobs/${jobId}`, undefined, account);
        if (body['finished_at'] !== null) return body;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },

    /** Opens the portal as a customer does, by the link with a token. */
    async open(
      account: string,
      options: Partial<Look> & {
        readonly at?: string;
        readonly to?: string;
        readonly can?: readonly string[];
        /** Called before the page is requested. */
        readonly prepare?: (page: Page) => Promise<void>;
      } = {},
    ): Promise<OpenPortal> {
      const { at = apiUrl, to = 'credits', theme = 'light', width = 1_280 } = options;
      const can = options.can ?? ['read', 'quote', 'submit', 'report'];
      const session = await call('POST', '/v1/portal_sessions', { can }, account);
      const token = session.body['token'] as string;
      const context = await browser.newContext({
        viewport: { width, height: VIEW_HEIGHT },
        colorScheme: theme,
        // Otherwise axe sees colors in the middle of a transition.
        reducedMotion: 'reduce',
        acceptDownloads: true,
      });
      const page = await context.newPage();
      const complaints = await keepComplaints(page);
      const asked: string[] = [];
      page.on('request', (request) => {
        asked.push(request.url(), request.headers()['referer'] ?? '');
        const url = request.url();
        if (!url.startsWith(at) && !url.startsWith('blob:')) complaints.push(`asked ${url}`);
      });
      await options.prepare?.(page);
      await page.goto(`${at}/portal#token=${token}&to=${to}`);
      await page.locator('h1').first().waitFor();
      return { page, context, token, complaints, asked, close: () => context.close() };
    },

    /** What axe finds wrong with a page or a part of it as shown, and elements wider than the screen. */
    async faultsOf(
      page: Page,
      part: string | null = null,
      rules: readonly string[] | null = null,
    ): Promise<readonly string[]> {
      // Not as a script element, which the page's policy forbids. Once for each document.
      if (!(await page.evaluate<boolean>("typeof window.axe === 'object'"))) await page.evaluate(axe);
      return page.evaluate<readonly string[]>(findFaults(part, rules));
    },

    /** The same in both themes, of which the dark one is tested by contrast only: the theme changes nothing but colors. */
    async faultsInBothThemes(page: Page): Promise<readonly string[]> {
      const faults = await this.faultsOf(page);
      await page.emulateMedia({ colorScheme: 'dark' });
      const inTheDark = await this.faultsOf(page, null, OF_THEMES);
      await page.emulateMedia({ colorScheme: 'light' });
      return [...faults, ...inTheDark.map((fault) => `dark: ${fault}`)];
    },

    async close(): Promise<void> {
      await browser.close();
    },
  };
}
