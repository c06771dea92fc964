import { describe, expect, it } from 'vitest';
import {
  classifySubmitAnswer,
  errorClassOfFailure,
} from '../../activities/providers/classify-local-response.ts';

const answer = (status: number, body?: unknown, retryAfter: string | null = null) => ({
  status,
  body,
  retryAfter,
});
const classify = (given: Parameters<typeof classifySubmitAnswer>[0]) =>
  classifySubmitAnswer(given, 'att_1_0_render_1');
const errorBody = (code: string): unknown => ({ error: { code, message: 'x' } });
const rejected = (errorClass: string, retryAfterMs: number | null = null) => ({
  outcome: 'rejected',
  errorClass,
  retryAfterMs,
});
const UNKNOWN = { outcome: 'unknown' };

describe('the answer to a submission', () => {
  it('is accepted only as a 201 with an id', () => {
    expect(classify(answer(201, { id: 'pred_1' }))).toEqual({
      outcome: 'accepted',
      providerJobId: 'pred_1',
    });
    expect(classify(answer(201, {}))).toEqual(UNKNOWN);
    expect(classify(answer(201, undefined))).toEqual(UNKNOWN);
    expect(classify(answer(200, { id: 'pred_1' }))).toEqual(UNKNOWN);
  });

  it('proves nothing when it names another submission', () => {
    const accepted = { outcome: 'accepted', providerJobId: 'pred_1' };
    expect(classify(answer(201, { id: 'pred_1', reference: 'att_1_0_render_1' }))).toEqual(accepted);
    expect(classify(answer(201, { id: 'pred_1', reference: 'att_2_0_render_1' }))).toEqual(UNKNOWN);
  });

  it.each([
    [422, errorBody('moderated_input'), 'moderated_input'],
    [422, errorBody('bad_input'), 'bad_input'],
    [422, undefined, 'bad_input'],
    [400, undefined, 'bad_input'],
    [401, undefined, 'our_configuration'],
    [402, undefined, 'our_balance'],
    [403, undefined, 'our_configuration'],
    [404, undefined, 'our_configuration'],
    [413, undefined, 'bad_input'],
    [503, errorBody('capacity'), 'capacity'],
    [503, errorBody('unavailable'), 'resubmit'],
    [409, errorBody('input_missing'), 'resubmit'],
  ])('%i with %j is rejected as %s', (status, body, errorClass) => {
    expect(classify(answer(status, body))).toEqual(rejected(errorClass));
  });

  it('reads how long to wait from a 429, and survives nonsense there', () => {
    expect(classify(answer(429, undefined, '2'))).toEqual(rejected('capacity', 2_000));
    expect(classify(answer(429, undefined, '999999'))).toEqual(rejected('capacity', 3_600_000));
    expect(classify(answer(429, undefined, 'soon'))).toEqual(rejected('capacity'));
    expect(classify(answer(429))).toEqual(rejected('capacity'));
  });

  it.each([
    [503, undefined],
    [503, errorBody('lookup_unavailable')],
    [500, errorBody('capacity')],
    [502, undefined],
    [504, undefined],
    [302, undefined],
    [409, undefined],
  ])('%i with %j proves nothing', (status, body) => {
    expect(classify(answer(status, body))).toEqual(UNKNOWN);
  });
});

describe('the code of a failed job', () => {
  it('keeps moderation apart and takes what it does not know as an ordinary failure', () => {
    expect(errorClassOfFailure('moderated_output')).toBe('moderated_output');
    expect(errorClassOfFailure('failed')).toBe('retry_same_job');
    expect(errorClassOfFailure('a_new_code')).toBe('retry_same_job');
    expect(errorClassOfFailure(null)).toBe('retry_same_job');
  });
});
