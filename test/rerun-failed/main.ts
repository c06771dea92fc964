import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { failedFilesOf } from './failed-files.ts';

/**
 * `node --import tsx test/rerun-failed/main.ts <results>`: runs the red files of a whole run again, one after the other and with the machine to
 * themselves. Ends with 0 if all are green then, and names them: a test that is red only beside others is a fault of the test or a race, to be
 * mended. Red twice is red.
 */
const [results = ''] = process.argv.slice(2);
const files = failedFilesOf(readFileSync(results, 'utf8')).map((file) => path.relative(process.cwd(), file));
console.log(`red, run again one by one: ${files.join(', ')}`);
const vitest = path.join('node_modules', 'vitest', 'vitest.mjs');
for (const file of files) {
  const { status } = spawnSync(process.execPath, [vitest, 'run', file], { stdio: 'inherit' });
  if (status !== 0) {
    console.error(`red twice: ${file}`);
    process.exit(1);
  }
  console.log(`FLAKY, to be mended: ${file} was red in the whole run and is green by itself`);
}
