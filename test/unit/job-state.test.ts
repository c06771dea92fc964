import { expect, test } from 'vitest';
import { isTerminal, JOB_STATES, summarize } from '../../domain/work/job-state.ts';

test('a job is terminal when it has succeeded, partially succeeded, failed or been canceled', () => {
  expect(JOB_STATES.filter(isTerminal)).toEqual(['succeeded', 'partially_succeeded', 'failed', 'canceled']);
});

test('the summary of a job says how many outputs were delivered and how many credits returned', () => {
  expect(summarize({ outputs: 20, succeeded: 18, failed: 2, canceled: 0 }, 70)).toBe(
    '18 of 20 delivered, 70 credits returned',
  );
  expect(summarize({ outputs: 1, succeeded: 1, failed: 0, canceled: 0 }, 0)).toBe('1 of 1 delivered');
});
