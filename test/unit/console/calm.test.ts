import { beforeEach, expect, it } from 'vitest';
import { createCalm, type Calm } from '../../../console/shared/data/calm.ts';

const FRAME_MS = 16;

let calm: Calm;
let done: string[];
/** Frames pass, in each of which the page moves or does not. */
let pass: (frames: number, isMoving?: boolean) => void;

beforeEach(() => {
  let nowMs = 0;
  let asked: (() => void)[] = [];
  calm = createCalm({ inNextFrame: (run) => asked.push(run), nowMs: () => nowMs });
  done = [];
  pass = (frames, isMoving = false) => {
    for (let frame = 0; frame < frames; frame++) {
      nowMs += FRAME_MS;
      if (isMoving) calm.stir();
      const runs = asked;
      asked = [];
      for (const run of runs) run();
    }
  };
});

it('work waits until the page does not move, and then runs in turn, a piece in each frame', () => {
  calm.stir();
  for (const name of ['one', 'two', 'three']) calm.whenCalm(() => done.push(name));
  pass(20, true);
  expect(done).toEqual([]);
  pass(8);
  expect(done).toEqual(['one']);
  pass(1);
  expect(done).toEqual(['one', 'two']);
  pass(1);
  expect(done).toEqual(['one', 'two', 'three']);
});

it('work that was canceled does not run, and what was asked for after it takes its place', () => {
  const cancel = calm.whenCalm(() => done.push('one'));
  cancel();
  calm.whenCalm(() => done.push('two'));
  pass(1);
  expect(done).toEqual(['two']);
});

it('a page that moves without an end holds work back for 30 s, which is run once however often it was asked for', () => {
  const run = () => done.push('one');
  calm.whenCalm(run);
  pass(1_000, true);
  calm.whenCalm(run);
  pass(Math.floor(29_900 / FRAME_MS) - 1_000, true);
  expect(done).toEqual([]);
  pass(Math.ceil(200 / FRAME_MS), true);
  expect(done).toEqual(['one']);
});
