import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CatalogueError } from '../../../catalogue/catalogue-error.ts';
import { loadCatalogue } from '../../../catalogue/load-catalogue.ts';
import { SUPERSCALE } from '../../harness/superscale.ts';
import { makeTemporaryHome } from '../../harness/temporary-home.ts';

const SOUND = `
export const catalogue = ({ defineCatalogue, z, flat }) =>
  defineCatalogue({
    kinds: [{ name: 'poster', fields: { size: z.enum(['a2', 'a1']) }, mediaTypes: ['image/png'] }],
    models: [{
      name: 'own/poster', provider: 'local', cancelRule: 'Free.', minDeadlineSeconds: 1, maxDeadlineSeconds: 9,
      makes: { poster: { times: { expectedSeconds: 1, startDeadlineSeconds: 2, stuckSeconds: 3, deadlineSeconds: 4 } } },
    }],
    priceLists: [{ name: 'standard', version: 1, prices: { poster: flat(PRICE) }, planning: { posters: 3 } }],
    plans: [], packs: [], meters: [],
    grants: {
      signUp: { credits: 1 }, trial: { credits: 1, lifetimeSeconds: 1 }, referral: { credits: 1, lifetimeMonths: 1 },
      goodwill: { lifetimeSeconds: 1 }, topUp: { lifetimeMonths: 1 }, lowBalanceAt: 1,
    },
  });
`;

let home: Awaited<ReturnType<typeof makeTemporaryHome>>;
beforeAll(async () => {
  home = await makeTemporaryHome('catalogue');
});
afterAll(() => home.remove());

async function write(name: string, text: string): Promise<string> {
  const file = path.join(home.home, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
  return file;
}

const refusalOf = async (file: string, limitMs?: number): Promise<string> => {
  try {
    await loadCatalogue(file, limitMs);
    return 'loaded';
  } catch (error) {
    if (error instanceof CatalogueError) return error.message.replaceAll(home.home, '');
    throw error;
  }
};

test('the shipped catalogue is loaded where none is named', async () => {
  const { kinds, priceLists } = await loadCatalogue(null);
  expect(kinds.map(({ name }) => name)).toEqual(SUPERSCALE.kinds.map(({ name }) => name));
  expect(priceLists).toEqual(SUPERSCALE.priceLists);
});

test.each(['one.mjs', 'two.ts'])('a file anywhere is loaded: %s', async (name) => {
  const { kinds, models } = await loadCatalogue(await write(name, SOUND.replace('PRICE', '3')));
  expect(kinds.map((kind) => kind.name)).toEqual(['poster']);
  expect(models[0]).toMatchObject({
    remoteId: 'own/poster',
    maxAttempts: 3,
    makes: { poster: { mediaType: 'image/png' } },
  });
});

test('of a folder its catalogue is loaded', async () => {
  const file = await write('folder/catalogue.mjs', SOUND.replace('PRICE', '3'));
  expect((await loadCatalogue(path.dirname(file))).kinds).toHaveLength(1);
});

describe('a start is refused', () => {
  test('on a fault, which is named by its path and its file', async () => {
    const file = await write('faulty.mjs', SOUND.replace('PRICE', '0.5'));
    expect(await refusalOf(file)).toBe(
      '/faulty.mjs has a fault, and nothing was started:\n' +
        '  priceLists[0].poster: credits: 0.5 is not a whole number of credits',
    );
  });

  test.each([
    ['that is not there', 'nowhere.mjs', null, 'there is no such file'],
    [
      'that exports something else',
      'other.mjs',
      'export const catalogue = {};',
      'it exports no function `catalogue`',
    ],
    ['that is not JavaScript', 'broken.mjs', 'export const =', 'it cannot be loaded: '],
    [
      'that fails',
      'throws.mjs',
      'export const catalogue = () => { throw new Error("no key"); };',
      'it does not run: no key',
    ],
    [
      'that defines nothing',
      'empty.mjs',
      'export const catalogue = () => undefined;',
      'it returns no catalogue',
    ],
  ])('on a file %s', async (_, name, text, refusal) => {
    const file = text === null ? path.join(home.home, name) : await write(name, text);
    expect(await refusalOf(file)).toContain(refusal);
  });

  test('on a file whose top level never ends, and says so', async () => {
    const file = await write('endless.mjs', 'await new Promise(() => {});');
    expect(await refusalOf(file, 20)).toBe(
      '/endless.mjs has a fault, and nothing was started:\n' +
        '  it cannot be loaded: its top level has not ended within 0.02 s: let it await nothing',
    );
  });

  test('on a folder without one', async () => {
    await write('bare/readme.txt', '');
    expect(await refusalOf(path.join(home.home, 'bare'))).toContain('the folder has none of catalogue.js');
  });
});
