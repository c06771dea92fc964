import { expect, test } from 'vitest';
import { isTerminal, JOB_STATES, mayMove, summarize, terminalJobState } from '../../domain/job-state.ts';

test('a job that has ended never moves again', () => {
  for (const from of JOB_STATES.filter(isTerminal)) {
    expect(JOB_STATES.filter((to) => mayMove(from, to))).toEqual([]);
  }
});

test('a job never goes back to queued, and a stuck one may run again', () => {
  expect(JOB_STATES.filter((from) => mayMove(from, 'queued'))).toEqual([]);
  expect(mayMove('stuck', 'running')).toBe(true);
});

test.each([
  [{ outputs: 2, succeeded: 2, failed: 0, canceled: 0 }, 'succeeded'],
  [{ outputs: 3, succeeded: 1, failed: 1, canceled: 1 }, 'partially_succeeded'],
  [{ outputs: 2, succeeded: 0, failed: 1, canceled: 1 }, 'failed'],
  [{ outputs: 2, succeeded: 0, failed: 0, canceled: 2 }, 'canceled'],
])('outputs %j make a job %s', (counts, state) => {
  expect(terminalJobState(counts)).toBe(state);
});

test('a job with an output under way, or none at all, has not ended', () => {
  expect(() => terminalJobState({ outputs: 2, succeeded: 1, failed: 0, canceled: 0 })).toThrow(RangeError);
  expect(() => terminalJobState({ outputs: 0, succeeded: 0, failed: 0, canceled: 0 })).toThrow(RangeError);
});

test('the summary says what was delivered and what came back', () => {
  expect(summarize({ outputs: 20, succeeded: 18, failed: 2, canceled: 0 }, 70)).toBe(
    '18 of 20 delivered, 70 credits returned',
  );
  expect(summarize({ outputs: 1, succeeded: 1, failed: 0, canceled: 0 }, 0)).toBe('1 of 1 delivered');
});
