/**
 * `npm run pictures`: takes the pictures of docs/console.md and README.md from a stack of its own, in an installed Chromium, and writes them to
 * docs/images/. `npm run pictures -- --all <folder>` takes every page whole instead, in both themes, narrow and wide, to be looked at.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
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
/** Until pictures are decoded and a chart is drawn. */
const SETTLE_MS = 1_200;

const program = findBrowser(readBrowserConfig());
if (program === null) throw new Error(NO_BROWSER);
const { values } = parseArgs({ options: { all: { type: 'string' } } });
const parts = await startConsole(program);
const [portal, support] = await Promise.all([createPortalFixture(parts), createSupportFixture(parts)]);
try {
  const filled = await fillPictures(portal);
  const cookies = await support.signIn('Ada Lovelace');
  const pictures = picturesOf(filled);
  if (values.all === undefined) {
    for (const picture of pictures) {
      if (picture.look !== undefined) await take(picture, picture.look, IMAGES, false);
    }
  } else {
    await mkdir(values.all, { recursive: true });
    for (const picture of pictures) for (const look of LOOKS) await take(picture, look, values.all, true);
  }

  async function take(picture: Picture, look: Look, folder: string, isWhole: boolean): Promise<void> {
    const open =
      picture.face === 'portal'
        ? await portal.open(picture.account ?? filled.account, { ...look, to: picture.place })
        : await support.open(look, cookies);
    if ('goTo' in open) await open.goTo(picture.place);
    await shown(open.page, picture);
    const name = isWhole ? `${picture.name}-${look.theme}-${String(look.width)}` : picture.name;
    const file = path.join(folder, `${name}.webp`);
    await sharp(await open.page.screenshot({ fullPage: isWhole }))
      .webp(WEBP)
      .toFile(file);
    console.log(file);
    await open.close();
  }
} finally {
  await Promise.all([portal.close(), support.close()]);
  await parts.stop();
}

async function shown(page: Page, { sign, prepare }: Picture): Promise<void> {
  await page.getByText(sign).first().waitFor();
  await prepare?.(page);
  await page.locator('.loading, .output-coming').first().waitFor({ state: 'hidden' });
  await page.waitForTimeout(SETTLE_MS);
}
