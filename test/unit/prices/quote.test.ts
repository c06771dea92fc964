import { expect, test } from 'vitest';
import type { EditSource } from '../../../domain/work/work.ts';
import type { JobRequest } from '../../../domain/work/job-request.ts';
import { outputCountOf, priceRequest } from '../../../domain/prices/quote.ts';
import { SUPERSCALE_PRICING } from '../../harness/superscale.ts';

const total = (request: JobRequest, sourceOf?: (outputId: string) => EditSource | undefined) =>
  priceRequest(request, SUPERSCALE_PRICING, sourceOf).total;

test('a static ad costs 35 credits, and so does each variation', () => {
  expect(total({ kind: 'static_ad' })).toBe(35);
  expect(total({ kind: 'static_ad', variations: 4 })).toBe(140);
});

test('a video ad that names neither length nor quality costs the planning figure', () => {
  expect(total({ kind: 'video_ad' })).toBe(700);
});

test('a batch costs the sum of its outputs, line by line', () => {
  const request: JobRequest = {
    kind: 'batch',
    items: [
      { kind: 'static_ad', variations: 2 },
      { kind: 'video_ad', duration_seconds: 60, quality: 'high' },
    ],
  };
  expect(priceRequest(request, SUPERSCALE_PRICING)).toEqual({
    price_list: 1,
    total: 970,
    lines: [
      { item: 0, kind: 'static_ad', quantity: 2, unit_credits: 35, credits: 70 },
      { item: 1, kind: 'video_ad', quantity: 1, unit_credits: 900, credits: 900 },
    ],
  });
  expect(outputCountOf(request)).toBe(3);
});

test('an edit costs what its source would, with its own length and quality where it names them', () => {
  const video = (): EditSource => ({ kind: 'video_ad', duration_seconds: 15, quality: 'draft' });
  expect(total({ kind: 'edit', source_output_id: 'out' }, video)).toBe(500);
  expect(total({ kind: 'edit', source_output_id: 'out', quality: 'high' }, video)).toBe(700);
  expect(total({ kind: 'edit', source_output_id: 'out' }, () => ({ kind: 'static_ad' }))).toBe(35);
});

test('an edit of an unknown output has no price', () => {
  expect(() => total({ kind: 'edit', source_output_id: 'out' })).toThrow(RangeError);
});
