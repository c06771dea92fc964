import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
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

/** Far more than a start takes on a busy machine. */
const LIMIT_MS = 60_000;
const IN_PROCESS = path.join(import.meta.dirname, 'load-in-process.ts');

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
    await loadCatalogue(file, { ...(limitMs === undefined ? {} : { limitMs }), providers: ['local', 'gpu'] });
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

test('a catalogue is loaded from a file anywhere', async () => {
  const { kinds, models } = await loadCatalogue(await write('one.mjs', SOUND.replace('PRICE', '3')));
  expect(kinds.map((kind) => kind.name)).toEqual(['poster']);
  expect(models[0]).toMatchObject({
    remoteId: 'own/poster',
    maxAttempts: 3,
    makes: { poster: { mediaType: 'image/png' } },
  });
});

test.each([
  ['JavaScript', 'plain.mjs', 'flat }) =>'],
  ['TypeScript', 'typed.ts', 'flat }: Record<string, any>) =>'],
])('a process that reads %s loads a catalogue in it', async (_language, name, parameters) => {
  const file = await write(name, SOUND.replace('PRICE', '3').replace('flat }) =>', parameters));
  const command = ['--import', 'tsx', IN_PROCESS, file, String(LIMIT_MS)];
  const { stdout } = await promisify(execFile)(process.execPath, command, { timeout: LIMIT_MS });
  expect(stdout).toBe('poster\n');
});

test('a function that makes an input and loops forever throws after a second, and the worker goes on', async () => {
  const loop =
    'toInput: () => { const end = Date.now() + 3_000; while (Date.now() < end); return {}; }, cancelRule:';
  const text = SOUND.replace('PRICE', '3').replace('cancelRule:', loop);
  const { models } = await loadCatalogue(await write('slow-input.mjs', text));
  expect(() => models[0]?.toInput?.({ kind: 'poster' }, [], null)).toThrow('it has not ended within 1 s');
});

test('a catalogue is loaded from its folder', async () => {
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
    ['of its model', "provider: 'local'", "provider: 'lokal'", 'models[0].provider'],
    [
      'of a stage',
      'deadlineSeconds: 4 } }',
      `deadlineSeconds: 4 }, stages: [
        { name: 'sketch', model: 'a', mediaType: 'image/png', share: 0.5 },
        { name: 'ink', model: 'b', provider: 'lokal', mediaType: 'image/png', share: 0.5 },
      ] }`,
      'models[0].makes.poster.stages[1].provider',
    ],
  ])('on a misspelt provider %s', async (_, part, written, where) => {
    const file = await write(`${where}.mjs`, SOUND.replace('PRICE', '3').replace(part, written));
    expect(await refusalOf(file)).toBe(
      `/${where}.mjs has a fault, and nothing was started:\n` +
        `  ${where}: no provider is named lokal: local, gpu`,
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
      'that throws an error whose stack is no text',
      'stack.mjs',
      'export const catalogue = () => { throw Object.assign(new Error("no key"), { stack: 5 }); };',
      'it does not run: no key',
    ],
    [
      'that throws an error whose stack cannot be read',
      'no-stack.mjs',
      'const get = () => { throw new Error("no stack"); };\n' +
        'export const catalogue = () => { throw Object.defineProperty(new Error("no key"), "stack", { get }); };',
      'it does not run: no key',
    ],
    [
      'that throws an error whose message cannot be read',
      'no-message.mjs',
      'const get = () => { throw new Error("no message"); };\n' +
        'export const catalogue = () => { throw Object.defineProperty(new Error(), "message", { get }); };',
      'it does not run: what it threw has no text',
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

  test('on a file whose top level awaits what never comes, before the limit', async () => {
    const file = await write('waiting.mjs', 'await new Promise(() => {});');
    expect(await refusalOf(file)).toBe(
      '/waiting.mjs has a fault, and nothing was started:\n' +
        '  it cannot be loaded: its top level awaits something that never comes: let it await nothing',
    );
  });

  test.each([
    [
      'whose top level loops forever',
      'looping.mjs',
      500,
      'for (;;);',
      'it cannot be loaded: its top level has not ended within 0.5 s: remove the endless loop or the wait from it',
    ],
    [
      'whose top level fails in its third line',
      'failing.mjs',
      LIMIT_MS,
      'const offer = {};\n\noffer.kinds.push(1);\n',
      "it cannot be loaded: Cannot read properties of undefined (reading 'push') (line 3)",
    ],
    [
      'whose function fails in its second line',
      'throwing.mjs',
      LIMIT_MS,
      'export const catalogue = () => {\n  throw new Error("no key");\n};\n',
      'it does not run: no key (line 2)',
    ],
    [
      'that is no JavaScript somewhere',
      'torn.mjs',
      LIMIT_MS,
      'export const catalogue = ({ x => 3;',
      "it cannot be loaded: Unexpected token '=>': node --check FILE shows where",
    ],
  ])('on a file %s, by a process that ends with the reason', async (_, name, limitMs, text, reason) => {
    const file = await write(name, text);
    const command = ['--import', 'tsx', IN_PROCESS, file, String(limitMs)];
    const ended = promisify(execFile)(process.execPath, command, { timeout: LIMIT_MS });
    const { code, stderr } = (await ended.catch((error: unknown) => error)) as {
      code: number;
      stderr: string;
    };
    expect(code).toBe(1);
    expect(stderr.replaceAll(file, 'FILE')).toContain(
      `FILE has a fault, and nothing was started:\n  ${reason}\n`,
    );
  });

  // The loops end some time, so that this test fails where they are not cut off, and does not hang.
  test.each([
    [
      'function',
      2_000,
      'export const catalogue = () => { LOOP };',
      '  it does not run: it has not ended within 2 s: remove the endless loop',
    ],
    [
      'check of a field',
      undefined,
      SOUND.replace("z.enum(['a2', 'a1'])", 'z.string().refine(() => { LOOP return true; })'),
      '  kinds[0].fields.size: it does not come to an end with a value',
    ],
  ])('on a file with a %s that loops forever', async (where, limitMs, text, refusal) => {
    const loop = 'const end = Date.now() + 5_000; while (Date.now() < end);';
    const file = await write(`${where}.mjs`, text.replace('PRICE', '3').replace('LOOP', loop));
    expect(await refusalOf(file, limitMs)).toContain(refusal);
  });

  test('on a folder without one', async () => {
    await write('bare/readme.txt', '');
    expect(await refusalOf(path.join(home.home, 'bare'))).toContain('the folder has none of catalogue.js');
  });
});
