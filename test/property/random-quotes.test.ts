import fc from 'fast-check';
import { expect, test } from 'vitest';
import { VIDEO_DURATIONS_SECONDS, VIDEO_QUALITIES } from '../../catalogue/superscale/superscale-kinds.ts';
import type { JobRequest, WorkItem } from '../../domain/work/job-request.ts';
import { outputCountOf, priceRequest } from '../../domain/prices/quote.ts';
import { SUPERSCALE_PRICING } from '../harness/superscale.ts';

const variations = fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined });
const work: fc.Arbitrary<WorkItem> = fc.oneof(
  fc.record({ kind: fc.constant('static_ad' as const), variations }),
  fc.record({
    kind: fc.constant('video_ad' as const),
    variations,
    duration_seconds: fc.option(fc.constantFrom(...VIDEO_DURATIONS_SECONDS), { nil: undefined }),
    quality: fc.option(fc.constantFrom(...VIDEO_QUALITIES), { nil: undefined }),
  }),
);
const batch = fc.array(work, { maxLength: 20 }).map((items): JobRequest => ({ kind: 'batch', items }));

test('a batch costs what its items cost one by one', () => {
  fc.assert(
    fc.property(batch, (request) => {
      const alone = (request.items ?? []).map((item) => priceRequest(item, SUPERSCALE_PRICING).total);
      expect(priceRequest(request, SUPERSCALE_PRICING).total).toBe(
        alone.reduce((sum, credits) => sum + credits, 0),
      );
    }),
  );
});

test('a price is the sum of its lines, a line its quantity times its unit, and quantities are the outputs', () => {
  fc.assert(
    fc.property(batch, (request) => {
      const { total, lines } = priceRequest(request, SUPERSCALE_PRICING);
      expect(lines.every((line) => line.credits === line.quantity * line.unit_credits)).toBe(true);
      expect(lines.reduce((sum, line) => sum + line.credits, 0)).toBe(total);
      expect(lines.reduce((sum, line) => sum + line.quantity, 0)).toBe(outputCountOf(request));
    }),
  );
});

test('a video costs 500 to 900 credits, and more for more', () => {
  const table = VIDEO_DURATIONS_SECONDS.map((seconds) =>
    VIDEO_QUALITIES.map(
      (quality) =>
        priceRequest({ kind: 'video_ad', duration_seconds: seconds, quality }, SUPERSCALE_PRICING).total,
    ),
  );
  for (const line of [
    ...table,
    ...VIDEO_QUALITIES.map((_, column) => table.map((row) => row[column] ?? 0)),
  ]) {
    expect(line).toEqual([...line].sort((a, b) => a - b));
  }
  expect([Math.min(...table.flat()), Math.max(...table.flat())]).toEqual([500, 900]);
});
