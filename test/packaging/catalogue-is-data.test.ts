import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { SUPERSCALE } from '../harness/superscale.ts';

const CHECKOUT = path.join(import.meta.dirname, '..', '..');
/** What runs in production beside the catalogue itself and the sandbox, which may know the shipped kinds. */
const FOLDERS = [
  'activities',
  'api',
  'assets',
  'cli',
  'client',
  'contract',
  'domain',
  'jobs',
  'ledger',
  'runtime',
  'worker',
  'workflows',
];

const SOURCES = FOLDERS.flatMap((folder) =>
  readdirSync(path.join(CHECKOUT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|sql)$/.test(name))
    .map((name) => ({
      file: path.join(folder, name),
      text: readFileSync(path.join(CHECKOUT, folder, name), 'utf8'),
    })),
);

test('no kind and no stage of the shipped catalogue is named outside it and the sandbox', () => {
  const stages = SUPERSCALE.models.flatMap(({ makes }) =>
    Object.values(makes).flatMap((making) => (making.stages ?? []).map(({ name }) => name)),
  );
  const names = [...SUPERSCALE.kinds.map(({ name }) => name), ...stages];
  expect(names).toEqual(expect.arrayContaining(['static_ad', 'video_ad', 'scenes', 'render']));
  const named = new RegExp(`'(${[...new Set(names)].join('|')})'`);
  const found = SOURCES.flatMap(({ file, text }) =>
    text.split('\n').flatMap((line) => (named.test(line) ? [`${file}: ${line.trim()}`] : [])),
  );
  // The one stage of what is made in one call, of whichever kind.
  expect(found).toEqual(["domain/stages.ts: export const ONLY_STAGE: StageName = 'render';"]);
});
