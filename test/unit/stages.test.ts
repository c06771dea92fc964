import { describe, expect, it } from 'vitest';
import { attemptOf } from '../../domain/work/attempt.ts';
import { planOutput, stagesOf, type OutputPlan } from '../../domain/work/output-plan.ts';
import { jobTimesOf } from '../../domain/work/models.ts';
import { afterFailedRun, errorClassOfRun, failedRunOf } from '../../domain/work/rejections.ts';
import { isFinalStage, partNameOf, partProgressOf, partsOf } from '../../domain/work/stages.ts';
import { FILM_STAGES, SUPERSCALE } from '../harness/superscale.ts';

const STEM = 'abcdefghijklmnopqrstuvwxyz';
const ACCOUNT = 'abcd2345';
const PLAN: Omit<OutputPlan, 'fallbacks'> = {
  accountId: `acct_${ACCOUNT}`,
  jobId: `job_${STEM}`,
  outputId: `out_${STEM}_0`,
  reservationId: `rsv_${STEM}_0`,
  kind: 'static_ad',
  credits: 35,
  provider: 'local',
  model: 'local/render',
  mediaType: 'image/png',
  maxAttempts: 3,
  times: jobTimesOf(
    { expectedSeconds: 1, startDeadlineSeconds: 2, stuckSeconds: 3, deadlineSeconds: 4 },
    undefined,
  ),
  ageSeconds: 0,
  heartbeatTimeoutSeconds: 4,
};

const STAGED = SUPERSCALE.models.flatMap(({ makes }) =>
  Object.entries(makes).flatMap(([kind, { stages }]) => (stages === null ? [] : [[kind, stages] as const])),
);

describe.each(STAGED)('the stages of a %s', (_kind, stages) => {
  it('need earlier ones alone, and end with the one that is delivered', () => {
    stages.forEach((stage, index) => {
      const earlier = stages.slice(0, index).map(({ name }) => name);
      expect(earlier).toEqual(expect.arrayContaining([...stage.needs]));
    });
    expect(stages.at(-1)).toMatchObject({ parts: 1 });
    expect(stages.map((stage) => isFinalStage(stages, stage))).toEqual(
      stages.map((_, index) => index === stages.length - 1),
    );
    expect(new Set(stages.map(({ name }) => name)).size).toBe(stages.length);
  });

  it('have shares of the progress that add up to 1', () => {
    expect(stages.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
    const last = partProgressOf(stages, stages.at(-1) ?? stagesOf(PLAN)[0]);
    expect((last?.before ?? 0) + (last?.share ?? 0)).toBeCloseTo(1, 9);
  });
});

describe('a worker that dies', () => {
  const [model] = SUPERSCALE.models;
  const making = model?.makes['static_ad'];
  it.each([
    ['at once where its jobs are short: as the setting says', 10, 4],
    ['within a tenth of what its job is expected to take', 300, 30],
    ['within a minute, however long its jobs are', 7_200, 60],
  ])('is noticed %s', (_when, expectedSeconds, heartbeatTimeoutSeconds) => {
    if (model === undefined || making === undefined) throw new Error('the catalogue makes no static ad');
    const work = { kind: 'static_ad', brief: { headline: 'A headline' } };
    const times = { ...PLAN.times, expectedSeconds };
    const { kinds } = SUPERSCALE;
    expect(planOutput({ ...PLAN, times, work, model, making, kinds, fallbacks: [] })).toMatchObject({
      heartbeatTimeoutSeconds,
    });
  });
});

describe('an attempt', () => {
  it('of a model with one call is at the final stage, under a reference that names its account', () => {
    expect(attemptOf(PLAN, 2)).toMatchObject({
      stage: 'render',
      reference: `att_${STEM}_0_${ACCOUNT}_render_2`,
      mediaType: 'image/png',
      part: null,
    });
  });

  it('at a part has a reference that no other part and no other attempt has', () => {
    const plan = { ...PLAN, kind: 'video_ad', stages: FILM_STAGES } as const;
    const parts = FILM_STAGES.flatMap(partsOf);
    const attempts = parts.flatMap((part) => [1, 2].map((number) => attemptOf(plan, number, part)));
    expect(new Set(attempts.map(({ reference }) => reference)).size).toBe(parts.length * 2);
    expect(attempts.find(({ stage }) => stage === 'motion_3')).toMatchObject({
      reference: `att_${STEM}_0_${ACCOUNT}_motion_3_1`,
      mediaType: 'video/mp4',
      part: { name: 'motion', index: 3, needs: ['script', 'scenes'] },
    });
    expect(attemptOf(plan, 1).stage).toBe('render');
    expect(attempts.filter(({ isFinal }) => isFinal).map(({ stage }) => stage)).toEqual(['render', 'render']);
    expect(parts.map(partNameOf)).toContain('script');
  });
});

it('the last stage is the final one whatever its name, and it alone has a duration', () => {
  const named = (name: string) => ({ ...stagesOf(PLAN)[0], name, share: 0.5 });
  const plan = { ...PLAN, durationSeconds: 30, stages: [named('render'), named('mix')] };
  const attempts = plan.stages.map((stage) => attemptOf(plan, 1, { stage, part: 1 }));
  expect(attempts.map(({ stage, isFinal, durationSeconds }) => [stage, isFinal, durationSeconds])).toEqual([
    ['render', false, undefined],
    ['mix', true, 30],
  ]);
});

it('a plan has the dimensions that its model says for the work, and a fallback its own', () => {
  const [model] = SUPERSCALE.models;
  const making = model?.makes['static_ad'];
  if (model === undefined || making === undefined) throw new Error('no model makes a static_ad');
  const [small, large] = [
    { width: 512, height: 640 },
    { width: 1_024, height: 1_280 },
  ];
  const rule = { field: 'size', sizes: { small, large } };
  const fallback = { ...model, name: 'local/other', makes: { static_ad: { ...making, dimensions: small } } };
  const plan = planOutput({
    ...PLAN,
    work: { kind: 'static_ad', model: model.name, size: 'large' },
    ...{ model, making: { ...making, dimensions: rule }, kinds: SUPERSCALE.kinds, fallbacks: [fallback] },
  });
  expect(attemptOf(plan, 1).dimensions).toEqual(large);
  expect(attemptOf(plan, 1, undefined, plan.fallbacks?.[0]).dimensions).toEqual(small);
  const piece = { ...stagesOf(PLAN)[0], name: 'sketch', share: 0.5 };
  const staged = { ...plan, stages: [piece, { ...piece, name: 'final' }] };
  expect(attemptOf(staged, 1, { stage: piece, part: 1 }).dimensions).toBeUndefined();
  expect(attemptOf(staged, 1).dimensions).toEqual(large);
  const sized = { ...piece, dimensions: small };
  expect(attemptOf({ ...staged, stages: [sized, piece] }, 1, { stage: sized, part: 1 }).dimensions).toEqual(
    small,
  );
});

it('a service that takes nothing is waited for until the start deadline while another model may take over, and for its restart otherwise', () => {
  const [model] = SUPERSCALE.models;
  const making = model?.makes['static_ad'];
  if (model === undefined || making === undefined) throw new Error('no model makes a static_ad');
  const planned = (fallbacks: readonly (typeof model)[]) =>
    planOutput({
      ...PLAN,
      times: jobTimesOf(making.times, undefined),
      work: { kind: 'static_ad', model: model.name },
      ...{ model, making, kinds: SUPERSCALE.kinds, fallbacks },
    });
  const secondsOf = (plan: OutputPlan, takenOverBy = plan.fallbacks?.at(-1)) =>
    attemptOf(plan, 1, undefined, takenOverBy).reachWithinSeconds;
  const plan = planned([
    { ...model, name: 'local/second' },
    { ...model, name: 'local/third' },
  ]);
  expect(attemptOf(plan, 1).reachWithinSeconds).toBe(18);
  expect(secondsOf(plan, plan.fallbacks?.[0])).toBe(18);
  expect(secondsOf(plan)).toBe(60);
  expect(attemptOf(planned([]), 1).reachWithinSeconds).toBe(60);
});

it('a work that leaves fields out is held to the length and the dimensions of their defaults', () => {
  const [model] = SUPERSCALE.models;
  const making = model?.makes['video_ad'];
  if (model === undefined || making === undefined) throw new Error('no model makes a video_ad');
  const sizes = { draft: { width: 9, height: 16 }, standard: { width: 90, height: 160 } };
  const plan = (work: object) =>
    planOutput({
      ...PLAN,
      work: { kind: 'video_ad', model: model.name, ...work },
      ...{ model, making: { ...making, dimensions: { field: 'quality', sizes } } },
      kinds: SUPERSCALE.kinds,
    });
  expect(plan({ duration_seconds: undefined })).toMatchObject({
    ...{ durationSeconds: 30, dimensions: sizes.standard },
  });
  expect(plan({ duration_seconds: 60, quality: 'draft' })).toMatchObject({
    ...{ durationSeconds: 60, dimensions: sizes.draft },
  });
});

it('the length of a film or a sound is that of the field that its kind says', () => {
  const [model] = SUPERSCALE.models;
  const making = model?.makes['static_ad'];
  const [kind] = SUPERSCALE.kinds;
  if (model === undefined || making === undefined || kind === undefined) throw new Error('no static_ad');
  const clip = { ...kind, name: 'clip', durationField: 'seconds' };
  const plan = (work: object) =>
    planOutput({ ...PLAN, work: { kind: 'clip', ...work }, model, making, kinds: [clip] });
  expect(plan({ seconds: 12, duration_seconds: 30 }).durationSeconds).toBe(12);
  expect(plan({ duration_seconds: 30 }).durationSeconds).toBeUndefined();
});

describe('a run that failed', () => {
  const middle = { isFinal: false, number: 1, maxAttempts: 3 };

  it.each(['provider_failed', 'zero_outputs', 'bad_content'] as const)(
    'by %s is followed by another in the middle of a pipeline up to the maximum, and at its end by none',
    (code) => {
      expect(afterFailedRun({ code }, middle)).toEqual({ next: 'resubmit' });
      expect(afterFailedRun({ code }, { ...middle, number: 3 })).toEqual({ next: 'fail', code });
      expect(afterFailedRun({ code }, { ...middle, isFinal: true })).toEqual({ next: 'fail', code });
    },
  );

  it.each(['moderated_input', 'moderated_output', 'internal'] as const)(
    'by %s is followed by no other',
    (code) => {
      expect(afterFailedRun({ code }, middle)).toEqual({ next: 'fail', code });
    },
  );

  it('because the service interrupted it is followed by another at every stage', () => {
    const run = { code: 'provider_failed', wasInterrupted: true } as const;
    expect(afterFailedRun(run, { ...middle, isFinal: true })).toEqual({ next: 'resubmit' });
    expect(afterFailedRun(run, { ...middle, number: 3 })).toEqual({ next: 'fail', code: 'provider_failed' });
  });

  it('is read from its attempt row as it was', () => {
    for (const run of [{ code: 'bad_content' }, { code: 'provider_failed', wasInterrupted: true }] as const)
      expect(failedRunOf(errorClassOfRun(run))).toEqual(run);
    expect(failedRunOf(null)).toEqual({ code: 'provider_failed' });
  });
});
