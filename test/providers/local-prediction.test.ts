import { describe, expect, it } from 'vitest';
import { parsePrediction, pollResultOf } from '../../activities/providers/local-prediction.ts';

function poll(body: Readonly<Record<string, unknown>>) {
  const prediction = parsePrediction({ id: 'pred_1', ...body });
  if (prediction === null) throw new Error('not a prediction');
  return pollResultOf(prediction);
}

describe('a poll', () => {
  it('takes a status it does not know as unknown, not as a failure', () => {
    expect(poll({ status: 'aborted_by_operator' })).toMatchObject({ state: 'unknown' });
    expect(poll({ status: 'failed' })).toMatchObject({
      state: 'failed',
      reason: 'failed',
      cost: null,
      billed: 'unknown',
    });
  });

  it('asks less often the longer the queue is', () => {
    expect(poll({ status: 'starting', queue_position: 0 })).toEqual({
      state: 'queued',
      queuePosition: 0,
      retryAfterMs: 200,
    });
    expect(poll({ status: 'starting', queue_position: 50 }).retryAfterMs).toBe(1_200);
    expect(poll({ status: 'starting', queue_position: 9_000 }).retryAfterMs).toBe(5_000);
  });

  it('passes on stage and fraction, or says only that it runs', () => {
    expect(poll({ status: 'processing', progress: { stage: 'motion', fraction: 0.5 } })).toMatchObject({
      state: 'running',
      stage: 'motion',
      fraction: 0.5,
    });
    expect(poll({ status: 'processing' })).toMatchObject({
      state: 'running',
      stage: 'running',
      fraction: null,
    });
  });

  it('calls a success without outputs a failure', () => {
    const metrics = { billed: true, cost: '0.0040' };
    expect(poll({ status: 'succeeded', output: [], metrics })).toMatchObject({
      state: 'failed',
      reason: 'zero_outputs',
      cost: '0.0040',
      billed: 'yes',
    });
    const file = { url: 'http://x/files/1', content_type: 'image/png' };
    expect(poll({ status: 'succeeded', output: [file], metrics })).toMatchObject({
      state: 'succeeded',
      cost: '0.0040',
      billed: 'yes',
    });
  });

  it('refuses what is no prediction, and links that are not http', () => {
    expect(parsePrediction({ status: 'succeeded' })).toBeNull();
    expect(parsePrediction('<html>')).toBeNull();
    const output = [{ url: 'file:///etc/passwd', content_type: 'image/png' }];
    expect(parsePrediction({ id: 'pred_1', status: 'succeeded', output })).toBeNull();
  });
});
