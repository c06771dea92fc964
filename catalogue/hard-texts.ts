/** The length of a trial text, in characters: a check of quadratic time does not end within any limit, one of linear time ends at once. */
const LENGTH = 50_000;
/** The most trial texts of one schema, so that loading a catalogue stays short. */
const MAX_TEXTS = 400;

/** Characters that stand for those that an atom of a pattern matches. */
const CANDIDATES = ['a', '0', 'A', ' ', '_', '-', '.', '@', '/', ':', '\n', '!', 'é', '\u0000'];
/** How many of them are tried for one atom. Where two atoms overlap, one character that both match is enough. */
const SAMPLES_PER_ATOM = 4;
const MAX_OTHERS = 8;
/** Ends that a pattern refuses, so that it backtracks over all that it matched before. */
const ENDS = ['\u0000', '\n!'];

/** Of a pattern: an escape, a class, the beginning of a group, a quantifier, or a character. */
const TOKEN =
  /\\(?:[uU]\{[^}]*\}|[pP]\{[^}]*\}|u[\da-fA-F]{4}|x[\da-fA-F]{2}|k<[^>]*>|[^])|\[(?:\\[^]|[^\]\\])*\]|\((?:\?(?:[:=!]|<[=!]|<[^>]*>))?|\{\d+(?:,\d*)?\}\??|[*+?]\??|[^]/gu;
const QUANTIFIER = /^(?:[*+?]\??|\{(\d+)(,(\d*))?\}\??)$/;
const ASSERTION = /^(?:[\^$]|\\[bB])$/;

type Repeated = { readonly before: string; readonly samples: readonly string[] };
type Group = { readonly start: number; readonly samples: string[]; readonly isLookaround: boolean };

/**
 * Texts that a pattern which backtracks takes long to refuse: each part of it that may repeat, many times, behind what has to come before it,
 * and before what it does not allow. Of no pattern: one character many times, for a check that is written as a function.
 * @param lengths of which there are texts beside the long ones: the most that a field takes.
 */
export function hardTextsFor(
  patterns: readonly string[],
  lengths: readonly number[] = [],
): readonly string[] {
  const plain = CANDIDATES.map((one) => ({ before: '', samples: [one] }));
  const repeated = [...patterns.flatMap(repeatedPartsOf), ...plain];
  const texts = repeated.flatMap(({ before, samples }) =>
    [...new Set([...samples, samples.slice(0, SAMPLES_PER_ATOM).join('')])]
      .filter((sample) => sample !== '')
      .flatMap((sample) =>
        ENDS.flatMap((end) =>
          [LENGTH, ...lengths].map((length) => {
            const room = Math.max(length - before.length - end.length, 0);
            return before + sample.repeat(Math.ceil(room / sample.length)).slice(0, room) + end;
          }),
        ),
      ),
  );
  return [...new Set(texts)].slice(0, MAX_TEXTS);
}

/** A pattern as far as it was read: a text that matches it, and the part that a quantifier would be of. */
type Walk = {
  text: string;
  last: { readonly start: number; readonly samples: readonly string[] } | null;
  readonly groups: Group[];
  readonly found: Repeated[];
  readonly atoms: Set<string>;
};

/** The parts of a pattern that may repeat, each with texts of it and one of what comes before. */
function repeatedPartsOf(pattern: string): readonly Repeated[] {
  const walk: Walk = { text: '', last: null, groups: [], found: [], atoms: new Set() };
  for (const [token] of pattern.matchAll(TOKEN)) step(walk, token);
  // Where two parts overlap, it is by what another part of the pattern is made of.
  const others = [...walk.atoms].slice(0, MAX_OTHERS);
  return walk.found.map(({ before, samples }) => ({ before, samples: [...samples, ...others] }));
}

function step(walk: Walk, token: string): void {
  if (QUANTIFIER.test(token)) repeatLast(walk, token);
  else if (token.startsWith('(')) openGroup(walk, token);
  else if (token === ')') closeGroup(walk);
  else if (token === '|') endAlternative(walk);
  else if (!ASSERTION.test(token)) addAtom(walk, token);
}

function repeatLast(walk: Walk, token: string): void {
  const { last, text, found } = walk;
  const [, least = '', range, most = ''] = QUANTIFIER.exec(token) ?? [];
  walk.last = null;
  if (last === null || token.startsWith('?')) return;
  const before = text.slice(0, last.start);
  if (most !== '1') found.push({ before, samples: last.samples });
  if (range === undefined && least !== '') {
    walk.text = (before + (last.samples[0] ?? '').repeat(Number(least))).slice(0, LENGTH);
  }
}

function openGroup(walk: Walk, token: string): void {
  walk.groups.push({ start: walk.text.length, samples: [], isLookaround: /^\(\?<?[=!]$/.test(token) });
  walk.last = null;
}

function endAlternative(walk: Walk): void {
  const { start = 0, samples } = walk.groups.at(-1) ?? {};
  samples?.push(walk.text.slice(start));
  walk.text = walk.text.slice(0, start);
  walk.last = null;
}

function closeGroup(walk: Walk): void {
  const group = walk.groups.pop();
  if (group === undefined) return;
  const samples = [...group.samples, walk.text.slice(group.start)];
  walk.text = walk.text.slice(0, group.start) + (group.isLookaround ? '' : (samples[0] ?? ''));
  walk.last = group.isLookaround ? null : { start: group.start, samples };
}

function addAtom(walk: Walk, token: string): void {
  const samples = samplesOfAtom(token);
  walk.last = { start: walk.text.length, samples };
  walk.text += samples[0] ?? '';
  walk.atoms.add(samples[0] ?? '');
}

/** Characters that an atom matches: a literal, a class, an escape, the dot. */
function samplesOfAtom(atom: string): readonly string[] {
  const candidates = [...atom.replaceAll(/[[\]\\^]/g, ''), ...CANDIDATES];
  return [...new Set(candidates)].filter(matcherOf(atom)).slice(0, SAMPLES_PER_ATOM);
}

function matcherOf(atom: string): (text: string) => boolean {
  for (const flags of ['u', '']) {
    try {
      const form = new RegExp(`^(?:${atom})$`, flags);
      return (text) => form.test(text);
    } catch {
      // The atom is not valid with this flag: try the other.
    }
  }
  return () => false;
}
