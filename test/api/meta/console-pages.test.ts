import { afterAll, beforeAll, expect, test } from 'vitest';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { readConsolePages } from '../../../api/meta/console-pages.ts';
import { buildConsole } from '../../../dev/build-console.mjs';
import { createApiFixture, expectProblem, type ApiFixture } from '../api-fixture.ts';

/** Of a face: its scripts and its style, as they are sent. */
const MAX_FACE_BYTES = 130 * 1_024;
const FRAMING_ORIGIN = 'https://app.example.com';

let api: ApiFixture;
let bare: ApiFixture;
let folder: string;
let built: {
  readonly html: Record<string, string>;
  readonly files: readonly { name: string; text: string }[];
};

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'holdfast-pages-'));
  const file = path.join(folder, 'console-pages.json');
  const text = await buildConsole();
  built = JSON.parse(text) as typeof built;
  await writeFile(file, text);
  [api, bare] = await Promise.all([
    createApiFixture({ pages: readConsolePages(file), portalFrameAncestors: [FRAMING_ORIGIN] }),
    createApiFixture(),
  ]);
});
afterAll(async () => {
  await Promise.all([api.close(), bare.close()]);
  await rm(folder, { recursive: true });
});

test.each([
  ['portal', `frame-ancestors ${FRAMING_ORIGIN}`, null],
  ['console', "frame-ancestors 'none'", 'DENY'],
])(
  '/%s loads from its own origin alone, and holds no inline script, style or address',
  async (face, ancestors, frames) => {
    const page = await api.call(`/${face}`);
    expect(page.status).toBe(200);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'self'");
    expect(policy).not.toContain('unsafe');
    expect(policy).toContain(ancestors);
    expect(page.headers.get('x-frame-options')).toBe(frames);
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    expect(page.text).not.toMatch(/<script(?![^>]*src=)|<style|\son\w+=|\sstyle=|https?:/);
  },
);

test('a file whose name has its hash is cached forever, the custom element for an hour, and each comes compressed', async () => {
  for (const { name, text } of built.files) {
    const file = await api.call(`/portal/${name}`);
    expect([name, file.status, file.text]).toEqual([name, 200, text]);
    expect(file.headers.get('content-encoding')).toBe('gzip');
    const caching = name === 'holdfast-credits.js' ? 'public, max-age=3600' : /immutable/;
    expect(file.headers.get('cache-control')).toMatch(caching);
  }
  const [first] = built.files;
  expect((await api.call(`/console/${String(first?.name)}`)).status).toBe(200);
  for (const face of ['portal', 'console']) {
    // Each page names its files from its own address, with a slash at its end or without.
    for (const address of [`${api.url}/${face}`, `${api.url}/${face}/`]) {
      const page = await (await fetch(address)).text();
      const files = [...page.matchAll(/(?:href|src)="([^"]+)"/g)].map(
        ([, file = '']) => new URL(file, address),
      );
      expect(files.length).toBeGreaterThan(3);
      for (const file of files) expect((await fetch(file)).status, file.pathname).toBe(200);
    }
    expectProblem(await api.call(`/${face}/nothing.js`), 404, 'not_found');
  }
});

test('the sandbox page of the development stack is not among the pages of an API', async () => {
  expect(Object.keys(built.html)).toEqual(['portal', 'console']);
  expect(
    built.files.filter(({ name, text }) => /sandbox/.test(name) || text.includes('kill_worker')),
  ).toEqual([]);
  for (const path of ['/sandbox', '/control/state']) expectProblem(await api.call(path), 404, 'not_found');
});

test('an API without built pages is a 404 at their paths', async () => {
  for (const face of ['portal', 'console']) expectProblem(await bare.call(`/${face}`), 404, 'not_found');
});

test('a page with its scripts, the chart included, is less than 130 KiB compressed', () => {
  const sizeOf = (name: string) =>
    gzipSync(built.files.find((file) => file.name === name)?.text ?? '').length;
  const parts = built.files.map(({ name }) => name).filter((name) => name.startsWith('part-'));
  for (const face of ['portal', 'support']) {
    const own = built.files.map(({ name }) => name).filter((name) => name.startsWith(`${face}-`));
    expect(own).toHaveLength(2);
    const bytes = [...own, ...parts].reduce((sum, name) => sum + sizeOf(name), 0);
    expect(bytes, face).toBeLessThan(MAX_FACE_BYTES);
  }
});

test.each([
  ['that is not there', null],
  ['that is no JSON', '{'],
  ['that holds something else', '{"html": []}'],
])('a file of pages %s is refused with the name of its setting', async (_, text) => {
  const file = path.join(folder, `${String(text?.length)}.json`);
  if (text !== null) await writeFile(file, text);
  expect(() => readConsolePages(file)).toThrow(/CONSOLE_PAGES names a file .* that holds no built pages/);
});
