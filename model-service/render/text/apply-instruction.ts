import { parseColor, type Color } from '../color/color.ts';
import type { AdCopy } from './ad-copy.ts';
import { toDrawableText } from '../fonts/drawable-text.ts';

/** Words that name a color. They are enough to try edits; a real model reads the sentence. */
const COLORS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    red: '#d92d20',
    orange: '#f97316',
    yellow: '#eab308',
    green: '#16a34a',
    teal: '#0d9488',
    blue: '#2563eb',
    purple: '#7c3aed',
    pink: '#ec4899',
    brown: '#92400e',
    black: '#111827',
    white: '#f8fafc',
  }),
);

const FIELD = /^(?<field>headline|title|body|text|call to action|button)\s*:\s*(?<text>.+)$/iu;
const NAMES: Readonly<Record<string, 'headline' | 'body' | 'callToAction'>> = {
  headline: 'headline',
  title: 'headline',
  body: 'body',
  text: 'body',
  button: 'callToAction',
  'call to action': 'callToAction',
};
const HEX = /#[0-9a-f]{6}\b/iu;

/**
 * Returns the copy after an edit's instruction, line by line: "headline: …", "body: …" and "button: …" replace that
 * text, a line with a color word or #rrggbb recolors, and any other line is set under the headline, so that every edit
 * is visible.
 */
export function applyInstruction(copy: AdCopy, instruction: string | undefined): AdCopy {
  const lines = (instruction ?? '').split('\n').map(toDrawableText);
  return lines.filter((line) => line !== '').reduce(applyLine, copy);
}

function applyLine(copy: AdCopy, line: string): AdCopy {
  const { field = '', text = '' } = FIELD.exec(line)?.groups ?? {};
  const name = NAMES[field.toLowerCase()];
  if (name !== undefined) return { ...copy, [name]: text };
  const brand = colorIn(line);
  if (brand !== null) return { ...copy, brand };
  return { ...copy, body: copy.body === '' ? line : `${line} ${copy.body}` };
}

function colorIn(line: string): Color | null {
  const words = line.toLowerCase().split(/[^a-z]+/u);
  const named = words.map((word) => COLORS.get(word)).find((color) => color !== undefined);
  return parseColor(HEX.exec(line)?.[0] ?? named ?? '');
}
