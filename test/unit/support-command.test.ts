import { describe, expect, it } from 'vitest';
import { nextActionOf } from '../../domain/support/next-action.ts';
import { MAX_PROVIDER_JOB_ID, workflowIdOfOutput } from '../../domain/ids.ts';
import { SUPPORT_BODIES } from '../../contract/support-command.ts';
import { UnexpectedValue } from '../../domain/parse-value.ts';
import {
  extendRequest,
  releaseRequest,
  resolveRequest,
  restartRequest,
} from '../../workflows/messages/message-parsers.ts';

const JOB = `job_${'a'.repeat(26)}`;
const OUTPUT = `out_${'a'.repeat(26)}_3`;

describe('the workflow of an output', () => {
  it('is that of the job where it is the only output, and else its own', () => {
    expect(workflowIdOfOutput(JOB, OUTPUT, 1)).toBe(JOB);
    expect(workflowIdOfOutput(JOB, OUTPUT, 2)).toBe(OUTPUT);
  });
});

describe('the next automatic action of an output', () => {
  const returnBy = new Date('2026-01-01T00:10:00Z');
  const at = (time: string, isOpen = true, isUnknown = false) =>
    nextActionOf({ isOpen, isUnknown, returnBy, now: new Date(`2026-01-01T${time}Z`) });

  it('is the return at return_by, after it that of the reconciler, and none once the output is settled', () => {
    expect(at('00:09:59')).toMatchObject({ action: 'stop_and_return', at: '2026-01-01T00:10:00.000Z' });
    expect(at('00:09:59', true, true)?.detail).toMatch(/asked again/);
    expect(at('00:10:00')).toMatchObject({ action: 'reconciler_returns' });
    expect(at('00:09:59', false)).toBeNull();
  });
});

describe('a support command is parsed the same over HTTP and from Temporal UI', () => {
  const PARSERS = {
    release: releaseRequest,
    extend: extendRequest,
    restart: restartRequest,
    resolve: resolveRequest,
  };
  const REASON = { reason: 'it hangs' };
  const ATTEMPT = `att_${'a'.repeat(26)}_0_render_1`;
  type Door = keyof typeof PARSERS;
  const BODIES: readonly (readonly [Door, object, boolean])[] = [
    ['release', REASON, true],
    ['release', {}, false],
    ['release', { reason: ' ' }, false],
    ['release', { reason: 'x'.repeat(501) }, false],
    ['release', { reason: 7 }, false],
    ['release', { ...REASON, why: 'x' }, false],
    ['extend', { ...REASON, until: '2999-01-01T00:00:00.000Z' }, true],
    ['extend', { ...REASON, until: 'soon' }, false],
    ['extend', { ...REASON, until: '2999-02-31T00:00:00Z' }, false],
    ['extend', REASON, false],
    ['restart', { ...REASON, from_attempt: 1 }, true],
    ['restart', { ...REASON, from_attempt: ATTEMPT }, true],
    ['restart', { ...REASON, from_attempt: 0 }, false],
    ['restart', { ...REASON, from_attempt: 1.5 }, false],
    ['restart', { ...REASON, from_attempt: 1_000_001 }, false],
    ['restart', { ...REASON, from_attempt: 'first' }, false],
    ['restart', { ...REASON, from_attempt: `att_${'a'.repeat(197)}` }, false],
    ['resolve', { ...REASON, outcome: 'ran' }, true],
    ['resolve', { ...REASON, outcome: 'did_not_run', attempt: 2 }, true],
    ['resolve', { ...REASON, outcome: 'ran', attempt: ATTEMPT, provider_job_id: 'pred_1' }, true],
    ['resolve', { ...REASON, outcome: 'maybe' }, false],
    ['resolve', { ...REASON, outcome: 'ran', provider_job_id: '' }, false],
    ['resolve', { ...REASON, outcome: 'ran', provider_job_id: 'x'.repeat(MAX_PROVIDER_JOB_ID + 1) }, false],
  ];

  it.each(BODIES)('%s %j', (name, body, isTaken) => {
    const overHttp = SUPPORT_BODIES[name].safeParse(body);
    expect(overHttp.success).toBe(isTaken);
    const update = () => PARSERS[name]({ ...body, actor: 'Ann' }, 'the argument');
    if (!overHttp.success) expect(update).toThrow(UnexpectedValue);
    else expect({ ...update(), command: name }).toEqual({ ...overHttp.data, actor: 'Ann' });
  });
});
