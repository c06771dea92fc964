import { describe, expect, it } from 'vitest';
import { nextActionOf } from '../../domain/next-action.ts';
import { newsOf } from '../../domain/support-command.ts';
import { workflowIdOfOutput } from '../../domain/ids.ts';

const JOB = `job_${'a'.repeat(26)}`;
const OUTPUT = `out_${'a'.repeat(26)}_3`;

describe('which workflow runs an output', () => {
  it('is the job’s own where it is the only one, else the output’s', () => {
    expect(workflowIdOfOutput(JOB, OUTPUT, 1)).toBe(JOB);
    expect(workflowIdOfOutput(JOB, OUTPUT, 2)).toBe(OUTPUT);
  });
});

describe('what workflows are told', () => {
  it('is of the outputs it is about, and nothing of a refund', () => {
    const return_by = '2026-01-01T00:00:00Z';
    expect(newsOf('release', { outcome: 'done', output_ids: ['a', 'b'] })).toEqual({
      news: { command: 'release' },
      outputIds: ['a', 'b'],
    });
    expect(newsOf('extend', { outcome: 'done', output_ids: ['a'], return_by })).toEqual({
      news: { command: 'extend', returnBy: return_by },
      outputIds: ['a'],
    });
    expect(newsOf('restart', { outcome: 'done', output_id: 'a', attempt: 'x', return_by })).toEqual({
      news: { command: 'restart', attempt: 'x', returnBy: return_by },
      outputIds: ['a'],
    });
    expect(newsOf('resolve', { outcome: 'done', output_id: 'a', attempt: 'x' })).toMatchObject({
      news: { command: 'resolve', attempt: 'x' },
    });
    expect(newsOf('refund', { outcome: 'done', refunds: [] })).toBeNull();
  });
});

describe('what happens next by itself', () => {
  const returnBy = new Date('2026-01-01T00:10:00Z');
  const at = (time: string, isOpen = true, isUnknown = false) =>
    nextActionOf({ isOpen, isUnknown, returnBy, now: new Date(`2026-01-01T${time}Z`) });

  it('is the end at return_by, past that the reconciler’s, and nothing once it is settled', () => {
    expect(at('00:09:59')).toMatchObject({ action: 'stop_and_return', at: '2026-01-01T00:10:00.000Z' });
    expect(at('00:09:59', true, true)?.detail).toMatch(/asked again/);
    expect(at('00:10:00')).toMatchObject({ action: 'reconciler_returns' });
    expect(at('00:09:59', false)).toBeNull();
  });
});
