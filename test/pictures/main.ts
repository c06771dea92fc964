/**
 * `npm run pictures`: takes the pictures of docs/console.md and README.md from a stack of its own, in an installed Chromium, and writes them to
 * docs/images/. `npm run pictures -- --all <folder>` takes every page whole instead, in both themes, narrow and wide, to be looked at;
 * `--only support-j` those whose names begin so.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { DEFAULT_SANDBOX_SETTINGS } from '../../dev/sandbox/sandbox-settings.ts';
import { readRunningStack } from '../../dev/stack/stack-info.ts';
import { readBrowserConfig } from '../../dev/dev-config.ts';
import { findBrowser, NO_BROWSER } from '../browser/find-browser.ts';
import { createPortalFixture, LOOKS, type Look } from '../console/portal-fixture.ts';
import { startConsole } from '../console/start-console.ts';
import { createSupportFixture } from '../console/support-fixture.ts';
import { fillPictures } from './fill-pictures.ts';
import { picturesOf, type Picture } from './pictures-of-pages.ts';

const IMAGES = path.join(import.meta.dirname, '..', '..', 'docs', 'images');
/** Sharp enough to read, small enough to commit: 15 to 60 kB each. */
const WEBP = { quality: 72 } as const;
/** Until a chart is drawn. */
const SETTLE_MS = 800;

const program = findBrowser(readBrowserConfig());
if (program === null) throw new Error(NO_BROWSER);
const { values } = parseArgs({ options: { all: { type: 'string' }, only: { type: 'string', default: '' } } });
const parts = await startConsole(program, { sandbox: DEFAULT_SANDBOX_SETTINGS });
const [portal, support] = await Promise.all([createPortalFixture(parts), createSupportFixture(parts)]);
try {
  const filled = await fillPictures(portal);
  const cookies = await support.signIn('Ada Lovelace');
  const sandboxUrl = String((await readRunningStack(parts.home))?.sandbox_url);
  const pictures = picturesOf(filled).filter(({ name }) => name.startsWith(values.only));
  if (values.all === undefined) {
    for (const picture of pictures) {
      if (picture.look !== undefined) await take(picture, [picture.look], () => picture.name, IMAGES);
    }
  } else {
    await mkdir(values.all, { recursive: true });
    for (const picture of pictures) {
      const nameIn = ({ theme, width }: Look) => `${picture.name}-${theme}-${String(width)}`;
      await take(picture, LOOKS, nameIn, values.all);
    }
  }

  /** Takes one picture, or the whole page in several looks. */
  async function take(
    picture: Picture,
    looks: readonly Look[],
    nameIn: (look: Look) => string,
    folder: string,
  ): Promise<void> {
    const { page, close } = await openFace(picture, looks[0] ?? {});
    try {
      await shown(page, picture);
    } catch (error) {
      // The others are taken all the same.
      process.exitCode = 1;
      console.error(`${picture.name}: ${String(error)}`);
      await close();
      return;
    }
    for (const look of looks) {
      await page.emulateMedia({ colorScheme: look.theme });
      await page.setViewportSize({ width: look.width, height: page.viewportSize()?.height ?? 0 });
      await page.waitForTimeout(SETTLE_MS);
      const file = path.join(folder, `${nameIn(look)}.webp`);
      await sharp(await page.screenshot({ fullPage: looks.length > 1 }))
        .webp(WEBP)
        .toFile(file);
      console.log(file);
    }
    await close();
  }

  /** The page of a picture, in a browser that has just been opened. */
  async function openFace(
    { face, place, account, before }: Picture,
    look: Partial<Look>,
  ): Promise<{ readonly page: Page; readonly close: () => Promise<void> }> {
    if (face === 'portal') {
      const open = await portal.open(account ?? filled.account, { ...look, to: 'nowhere' });
      await before?.(open.page);
      await open.page.evaluate(`location.hash = '#/${place}'`);
      return open;
    }
    const open = await support.open(look, face === 'sign-in' ? undefined : cookies);
    await before?.(open.page);
    if (face === 'support') await open.goTo(place);
    if (face === 'sandbox') await open.page.goto(sandboxUrl);
    return open;
  }
} finally {
  await Promise.all([portal.close(), support.close()]);
  await parts.stop();
}

async function shown(page: Page, { sign, prepare, isWaiting = false }: Picture): Promise<void> {
  await page.getByText(sign).first().waitFor();
  await prepare?.(page);
  if (!isWaiting) await page.locator('.loading, .output-coming').first().waitFor({ state: 'hidden' });
  await page.evaluate(
    'Promise.all([...document.images].map((image) => image.decode().catch(() => undefined)))',
  );
  await page.evaluate('scrollTo(0, 0)');
}
