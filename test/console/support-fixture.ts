import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { keepComplaints } from './page-complaints.ts';
import type { ConsoleParts } from './start-console.ts';
import type { Look } from './portal-fixture.ts';

/** The cookies of a browser in which a person has signed in. */
export type SignedIn = Awaited<ReturnType<BrowserContext['storageState']>>;

type OpenConsole = {
  readonly page: Page;
  /** Goes to a place within the page, by the address's fragment. */
  readonly goTo: (place: string) => Promise<void>;
  /** Violations of its policy, and errors of its scripts. */
  readonly complaints: readonly string[];
  readonly close: () => Promise<void>;
};

export type SupportFixture = Awaited<ReturnType<typeof createSupportFixture>>;

const VIEW_HEIGHT = 900;

/** Opens support's pages on the shared stack and browser. Each person signs in once, since sign-ins are limited. */
export async function createSupportFixture({ apiUrl, platformKey, browser: endpoint }: ConsoleParts) {
  const browser = await chromium.connect(endpoint);

  const open = async (look: Partial<Look>, storageState?: SignedIn, at = apiUrl): Promise<OpenConsole> => {
    const context = await browser.newContext({
      viewport: { width: look.width ?? 1_280, height: VIEW_HEIGHT },
      colorScheme: look.theme ?? 'light',
      reducedMotion: 'reduce',
      ...(storageState === undefined ? {} : { storageState }),
    });
    const page = await context.newPage();
    const complaints = await keepComplaints(page);
    await page.goto(`${at}/console`);
    return {
      page,
      complaints,
      goTo: async (place) => {
        await page.goto(`${at}/console#/${place}`);
      },
      close: () => context.close(),
    };
  };

  return {
    open,
    platformKey,

    async fillIn({ page }: OpenConsole, actor: string, key: string): Promise<void> {
      await page.getByLabel('Your name').fill(actor);
      await page.getByLabel('Platform key').fill(key);
      await page.getByRole('button', { name: 'Sign in' }).click();
    },

    /** Signs a person in by the form; returns the browser's cookies. */
    async signIn(actor: string): Promise<SignedIn> {
      const opened = await open({});
      await this.fillIn(opened, actor, platformKey);
      await opened.page.getByRole('button', { name: 'Sign out' }).waitFor();
      const state = await opened.page.context().storageState();
      await opened.close();
      return state;
    },

    close: () => browser.close(),
  };
}
