import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { CHECKOUT, WRITTEN_FILES } from './checkout-files.ts';

/** Other programs import these: vitest a set-up, Temporal's bundler a workflow, a backend the client's packages and their types. */
const IMPORTED_FROM_OUTSIDE: readonly RegExp[] = [
  /-global-setup\.ts$/,
  /^workflows\/payload-converter\.ts$/,
  /^test\/bench\/jobs\/bare-workflows\.ts$/,
  /^test\/workflows\/cancellable-callers\.ts$/,
  /^client\//,
];

const IMPORT =
  /\b(?:import|export)\s+(?:type\s+)?((?:\w+\s*,\s*)?\{[^}]*\}|\*\s+as\s+\w+|\*)\s+from\s+'(\.[^']+)'/g;
const DYNAMIC_IMPORT = /import\(\s*'(\.[^']+)'\s*\)/g;
const EXPORT =
  /^export (?:declare )?(?:abstract )?(?:async )?(?:function\*?|const|let|type|class|interface)\s+(\w+)/gm;

/** knip takes a type for used that another export of its file mentions, so it finds only a part of these. */
test('what no other file imports is not exported', () => {
  const files = WRITTEN_FILES.filter((file) => /\.(?:tsx?|mjs|js)$/.test(file));
  const texts = new Map(files.map((file) => [file, readFileSync(path.join(CHECKOUT, file), 'utf8')]));
  const imported = new Set([...texts].flatMap(([file, text]) => importsOf(file, text)));
  const exported = [...texts]
    .filter(([file]) => /(?<!\.test|\.d)\.tsx?$/.test(file))
    .filter(([file]) => !IMPORTED_FROM_OUTSIDE.some((pattern) => pattern.test(file)))
    // Source text that this file writes is no export of it.
    .flatMap(([file, text]) =>
      [...text.replace(/`[^`]*`/g, '').matchAll(EXPORT)].map(([, name]) => [file, name]),
    );
  expect(exported.length).toBeGreaterThan(1_500);
  const unused = exported.filter(
    ([file, name]) => !imported.has(`${String(file)} ${String(name)}`) && !imported.has(`${String(file)} *`),
  );
  expect(unused.map(([file, name]) => `${String(file)}: ${String(name)}`)).toEqual([]);
});

/** What a file imports of ours, as `file name`; `*`: all of it. */
function importsOf(from: string, text: string): readonly string[] {
  const at = (specifier: string) => path.posix.join(path.posix.dirname(from), specifier);
  const dynamic = [...text.matchAll(DYNAMIC_IMPORT)].map(([, specifier = '']) => `${at(specifier)} *`);
  const named = [...text.matchAll(IMPORT)].flatMap(([, names = '', specifier = '']) =>
    names.startsWith('*') ? [`${at(specifier)} *`] : namesIn(names).map((name) => `${at(specifier)} ${name}`),
  );
  return [...dynamic, ...named];
}

function namesIn(braces: string): readonly string[] {
  return braces
    .replace(/^[^{]*\{|\}$|\/\/.*$/gm, '')
    .split(',')
    .map((part) =>
      part
        .trim()
        .replace(/^type\s+/, '')
        .replace(/\s+as\s.*$/, ''),
    )
    .filter((name) => name !== '');
}
