import type { AdCopy } from '../text/ad-copy.ts';
import { SENTENCE_END } from '../text/sentence-end.ts';

export type Shot = {
  /** `hook` says the headline, `point` one thought of the body, `close` asks for the click. */
  readonly kind: 'hook' | 'point' | 'close';
  readonly text: string;
  readonly startSeconds: number;
  readonly endSeconds: number;
};

/** The length of a shot, by the length of the film. Seconds. */
const PACE = [
  { upTo: 15, hook: 4, close: 4.2, point: 3.4 },
  { upTo: 30, hook: 4.6, close: 5, point: 4 },
  { upTo: Infinity, hook: 5, close: 6, point: 4.9 },
] as const;

/** Returns the shots of a film: the headline, thoughts of the body (repeated when there are few), the close. */
export function writeStoryboard(copy: AdCopy, durationSeconds: number): readonly Shot[] {
  const pace = PACE.find(({ upTo }) => durationSeconds <= upTo) ?? PACE[2];
  const between = durationSeconds - pace.hook - pace.close;
  const points = cycle(thoughtsOf(copy), Math.max(1, Math.round(between / pace.point)));
  const seconds = between / points.length;
  return [
    { kind: 'hook', text: copy.headline, startSeconds: 0, endSeconds: pace.hook },
    ...points.map((text, index): Shot => {
      const startSeconds = pace.hook + index * seconds;
      return { kind: 'point', text, startSeconds, endSeconds: startSeconds + seconds };
    }),
    {
      kind: 'close',
      text: copy.headline,
      startSeconds: durationSeconds - pace.close,
      endSeconds: durationSeconds,
    },
  ];
}

/** Returns the sentences of the body, long ones split at their commas. Without a body: the headline in pieces. */
function thoughtsOf({ headline, body }: AdCopy): readonly string[] {
  const thoughts = body
    .split(SENTENCE_END)
    .flatMap((sentence) => (sentence.length > 90 ? splitAtCommas(sentence) : [sentence]))
    .filter((thought) => thought !== '');
  return thoughts.length > 0 ? thoughts : clausesOf(headline);
}

/** Joins clauses as long as they are short enough together to be read in one shot. */
function splitAtCommas(sentence: string): readonly string[] {
  const thoughts: string[] = [];
  for (const clause of sentence.split(/(?<=[,;:–—،؛])\s+/u)) {
    const last = thoughts.at(-1);
    if (last !== undefined && last.length + clause.length < 70)
      thoughts[thoughts.length - 1] = `${last} ${clause}`;
    else thoughts.push(clause);
  }
  return thoughts;
}

/** Three words at a time. */
function clausesOf(headline: string): readonly string[] {
  const words = headline.split(' ');
  return words.flatMap((_word, index) => (index % 3 === 0 ? [words.slice(index, index + 3).join(' ')] : []));
}

/** Returns exactly `count` thoughts: the first ones, or all of them repeated. */
function cycle(thoughts: readonly string[], count: number): readonly string[] {
  return Array.from({ length: count }, (_unused, index) => thoughts[index % thoughts.length] ?? '');
}
