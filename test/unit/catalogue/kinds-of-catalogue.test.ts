import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { SUPERSCALE } from '../../harness/superscale.ts';

const ROOT = path.join(import.meta.dirname, '..', '..', '..');

/** Where the kinds of the shipped catalogue may be named: it itself, the sandbox, and what shows or tests them. */
const KNOWS_KINDS = /^(catalogue|model-service|dev\/demo|dev\/sandbox|test|examples|docs)\//;

/** Our own kinds are named once, as constants. */
const OWN_KINDS = /(kind\s*[=!]==?\s*|case\s+)'(edit|batch)'/;

test('the source of the product names no kind of the shipped catalogue', () => {
  const files = execFileSync('git', ['ls-files', '*.ts', '*.sql'], { cwd: ROOT, encoding: 'utf8' })
    .trim()
    .split('\n')
    .filter((file) => !KNOWS_KINDS.test(file));
  expect(files.length).toBeGreaterThan(300);
  const names = SUPERSCALE.kinds.map(({ name }) => name).join('|');
  const named = new RegExp(`(['"\`])(${names})\\1`);
  const found = files.flatMap((file) =>
    readFileSync(path.join(ROOT, file), 'utf8')
      .split('\n')
      .flatMap((line, index) =>
        named.test(line) || OWN_KINDS.test(line) ? [`${file}:${String(index + 1)} ${line.trim()}`] : [],
      ),
  );
  expect(found).toEqual([]);
});
