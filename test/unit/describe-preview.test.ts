import { describe, expect, it } from 'vitest';
import {
  describeEffect,
  describeMoves,
  type PreviewedEffect,
  type PreviewedMove,
} from '../../domain/support/describe-preview.ts';
import { counted, countedFigure } from '../../domain/texts/counted.ts';

const BACK: PreviewedMove = {
  credits: 35,
  from: 'reserved',
  to: 'available',
  source: 'plan',
  expires_at: '2026-11-30T00:00:00+00:00',
};
const EFFECT: PreviewedEffect = { moves: [BACK], job_state: 'failed', reserved: 35, live: 0, about: null };

it('a count takes the form of its word that goes with it, of a planning figure too', () => {
  expect([0, 1, 2, 1_250].map((count) => counted(count, 'credit'))).toEqual([
    ...['0 credits', '1 credit', '2 credits', '1,250 credits'],
  ]);
  expect([counted(1, 'try', 'tries'), counted(2, 'try', 'tries')]).toEqual(['1 try', '2 tries']);
  expect([countedFigure(1, 'voice_overs'), countedFigure(2, 'voice_overs')]).toEqual([
    ...['1 voice over', '2 voice overs'],
  ]);
});

describe('the description of what a command would do', () => {
  it('says where credits go, and when they end', () => {
    expect(
      describeMoves([
        BACK,
        { ...BACK, credits: 1, source: 'sign_up', expires_at: null },
        { ...BACK, to: 'expired' },
        { ...BACK, from: 'outside', source: 'return' },
        { ...BACK, to: 'voided', source: 'top_up' },
      ]),
    ).toEqual([
      'returns 35 credits to the plan grant, which ends 30 Nov 2026',
      'returns 1 credit to the sign-up grant, which does not end',
      'lets 35 credits of the plan grant expire, which ended 30 Nov 2026',
      'returns 35 credits as a new return grant, which ends 30 Nov 2026',
      'adds 35 credits to what was voided of the top-up grant: they cannot be spent',
    ]);
  });

  it('says what happens to outputs and attempts', () => {
    const about = { number: 2, provider: 'fal' };
    const returnBy = '2026-12-01T09:05:00+00:00';
    expect(
      describeEffect({ command: 'release' }, { ...EFFECT, live: 1, output_ids: ['a', 'b'] }).slice(1),
    ).toEqual(['stops 1 attempt that is under way', 'ends 2 outputs; the job then counts as failed']);
    expect(
      describeEffect({ command: 'extend' }, { ...EFFECT, return_by: returnBy, output_ids: ['a'] }),
    ).toEqual(['lets 1 output run until 1 Dec 2026, 09:05 UTC, with 35 credits reserved until then']);
    expect(describeEffect({ command: 'restart' }, { ...EFFECT, about, return_by: returnBy })).toEqual([
      'replaces attempt 2 at fal: a result that still comes of it is kept, and never charged',
      'makes a new attempt under the same reservation of 35 credits',
      'returns them at 1 Dec 2026, 09:05 UTC if nothing is delivered by then',
    ]);
    expect(describeEffect({ command: 'resolve', outcome: 'ran' }, { ...EFFECT, about })).toEqual([
      'asks the provider for attempt 2 at fal, and does nothing if it is not known there',
      'follows it to its end, and charges 35 credits for what it delivers',
    ]);
    expect(describeEffect({ command: 'resolve', outcome: 'did_not_run' }, { ...EFFECT, about })[0]).toBe(
      'counts attempt 2 at fal as not run, and never charges a result that still comes of it',
    );
  });
});
