import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBrowserConfig } from '../../dev/dev-config.ts';
import { makeTemporaryHome } from '../harness/temporary-home.ts';
import { findBrowser, NO_BROWSER } from './find-browser.ts';

let home: Awaited<ReturnType<typeof makeTemporaryHome>>;
let empty: string;
let installed: string;

beforeAll(async () => {
  home = await makeTemporaryHome('browser');
  empty = path.join(home.home, 'empty');
  installed = path.join(home.home, 'installed');
  for (const folder of [empty, installed]) await mkdir(folder);
  await writeFile(path.join(installed, 'chromium-browser'), '', { mode: 0o755 });
  await writeFile(path.join(installed, 'chromium'), 'a file that is no program');
});

afterAll(async () => {
  await home.remove();
});

const find = (env: Readonly<Record<string, string>>) => findBrowser(readBrowserConfig(env));

describe('the browser of the tests', () => {
  it('is the first program of a known name on PATH', () => {
    expect(find({ PATH: `${empty}:${installed}` })).toBe(path.join(installed, 'chromium-browser'));
  });

  it('is the named program; a name without a program is an error', () => {
    expect(find({ PATH: installed, HOLDFAST_CHROMIUM: process.execPath })).toBe(process.execPath);
    expect(() => find({ PATH: installed, HOLDFAST_CHROMIUM: '/nowhere' })).toThrow(NO_BROWSER);
  });

  it('is null if there is none, and an error if one is required', () => {
    expect(find({ PATH: empty })).toBeNull();
    expect(find({ PATH: empty, HOLDFAST_REQUIRE_BROWSER: 'false' })).toBeNull();
    expect(() => find({ PATH: empty, HOLDFAST_REQUIRE_BROWSER: 'true' })).toThrow(NO_BROWSER);
  });
});
