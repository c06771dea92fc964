import { expect, it } from 'vitest';
import { nextChosen } from '../../../console/support/reviews/next-chosen.ts';

const OPEN = { named: undefined, filter: 'open' };

it('the review shown stays while its queue changes or becomes empty', () => {
  const chosen = nextChosen(null, { ...OPEN, first: 'one' });
  expect(chosen?.id).toBe('one');
  expect(nextChosen(chosen, { ...OPEN, first: 'two' })?.id).toBe('one');
  expect(nextChosen(chosen, { ...OPEN, first: undefined })?.id).toBe('one');
});

it('the first review of a queue is shown after another filter, a named review, or an empty queue', () => {
  const chosen = { filter: 'open', id: 'one' };
  expect(nextChosen(chosen, { ...OPEN, filter: 'decided', first: 'two' })?.id).toBe('two');
  expect(nextChosen(chosen, { ...OPEN, named: 'three', first: 'two' })).toBe(null);
  expect(nextChosen(null, { ...OPEN, first: undefined })).toBe(null);
});
