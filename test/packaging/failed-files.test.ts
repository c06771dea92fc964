import { expect, test } from 'vitest';
import { failedFilesOf } from '../rerun-failed/failed-files.ts';

const resultsOf = (red: number) =>
  JSON.stringify({
    numTotalTests: 9,
    testResults: [
      { name: '/checkout/green.test.ts', status: 'passed', assertionResults: [] },
      ...Array.from({ length: red }, (_, index) => ({
        name: `/checkout/${String(index)}.test.ts`,
        status: 'failed',
      })),
    ],
  });

test('the red files of a run are run again, and no others', () => {
  expect(failedFilesOf(resultsOf(2))).toEqual(['/checkout/0.test.ts', '/checkout/1.test.ts']);
});

test.each([
  [0, /no file is red/],
  [4, /4 files are red/],
])('a run with %i red files stays red', (red, message) => {
  expect(() => failedFilesOf(resultsOf(red))).toThrow(message);
});
