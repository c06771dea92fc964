import { expect, test } from 'vitest';
import {
  resolveWork as resolveWorkOf,
  sourceIdsOf,
  type EditSource,
  type SourceOf,
} from '../../domain/work/work.ts';
import { planOutputs } from '../../domain/work/output-plan.ts';
import { priceRequest } from '../../domain/prices/quote.ts';
import type { WorkItem } from '../../domain/work/job-request.ts';
import { SUPERSCALE, SUPERSCALE_PRICING } from '../harness/superscale.ts';

const resolveWork = (work: WorkItem, sourceOf: SourceOf) => resolveWorkOf(work, sourceOf, SUPERSCALE.kinds);

const brief = { headline: 'A kettle', brand_color: '#00aa77' };
const video: EditSource = { kind: 'video_ad', brief, duration_seconds: 15, quality: 'draft' };
const edit = { kind: 'edit', source_output_id: 'out_a' } as const;

test('an edit without changes makes what its source was', () => {
  expect(resolveWork(edit, () => video)).toEqual({ ...edit, ...video, instruction: undefined });
});

test('an edit has its own fields, and the rest of its source', () => {
  expect(resolveWork({ ...edit, quality: 'high', instruction: 'louder' }, () => video)).toMatchObject({
    kind: 'video_ad',
    brief,
    duration_seconds: 15,
    quality: 'high',
    instruction: 'louder',
  });
});

test('an edit of a picture has no duration and no quality, also where it names them', () => {
  const made = resolveWork({ ...edit, duration_seconds: 60, quality: 'high' }, () => ({
    kind: 'static_ad',
    brief,
  }));
  expect([made.kind, made['duration_seconds'], made['quality']]).toEqual(['static_ad', undefined, undefined]);
});

test('an edit of an edit has the instructions of both, and with a brief of its own none of the source', () => {
  const source: EditSource = { ...video, instruction: 'in blue' };
  const of = (own: object) => resolveWork({ ...edit, ...own }, () => source).instruction;
  expect(of({ instruction: 'louder' })).toBe('in blue\nlouder');
  expect(of({})).toBe('in blue');
  expect(of({ brief, instruction: 'louder' })).toBe('louder');
  expect(of({ brief })).toBeUndefined();
});

test('a chain of edits that is too long for one instruction drops the oldest lines', () => {
  const long = 'x'.repeat(1_500);
  const source: EditSource = { ...video, instruction: `first\n${long}` };
  const own = 'y'.repeat(499);
  expect(resolveWork({ ...edit, instruction: own }, () => source).instruction).toBe(`${long}\n${own}`);
});

test('edits in a batch are priced and planned from their sources, each read once', () => {
  const sources = new Map<string, EditSource>([
    ['out_a', video],
    ['out_b', { kind: 'static_ad', brief }],
  ]);
  const items = [edit, { ...edit, variations: 2 }, { ...edit, source_output_id: 'out_b' }] as const;
  const request = { kind: 'batch', items } as const;
  const sourceOf = (outputId: string) => sources.get(outputId);
  const price = priceRequest(request, SUPERSCALE_PRICING, sourceOf);
  expect(sourceIdsOf(items)).toEqual(['out_a', 'out_b']);
  expect(price.total).toBe(500 + 2 * 500 + 35);
  expect(
    planOutputs(`job_${'j'.repeat(26)}`, request, price, SUPERSCALE.kinds, sourceOf).map(
      ({ work, credits }) => [work.kind, credits],
    ),
  ).toEqual([
    ['video_ad', 500],
    ['video_ad', 500],
    ['video_ad', 500],
    ['static_ad', 35],
  ]);
});
