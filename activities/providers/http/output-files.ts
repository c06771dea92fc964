import type { ResultFile } from '../provider.ts';

/** Deeper than any service nests its files. It bounds the work for a hostile answer. */
const MAX_DEPTH = 8;
const MAX_FILES = 100;

const DATA_URL = /^data:[^,]*;base64,/;

/** Returns a link, or the bytes of a data URL; null: the text is neither. */
function fileAt(text: string, said: { bytes?: number | null } = {}): ResultFile | null {
  if (/^https?:\/\//i.test(text)) return { at: 'link', url: text, bytes: said.bytes ?? null, sha256: null };
  const [head] = DATA_URL.exec(text) ?? [];
  return head === undefined
    ? null
    : { at: 'answer', content: Buffer.from(text.slice(head.length), 'base64') };
}

/**
 * Returns the files that an output names, in order: those under `url` in objects, then links and data URLs as texts and
 * in lists. A text may also be the echo of an input, such as a prompt that begins as a link does.
 */
export function filesIn(output: unknown): readonly ResultFile[] {
  const found = namesIn(output, 0);
  const files = [...found.filter(({ isObject }) => isObject), ...found.filter(({ isObject }) => !isObject)];
  return files.map(({ file }) => file);
}

type Named = { readonly file: ResultFile; readonly isObject: boolean };

function namesIn(output: unknown, depth: number): readonly Named[] {
  if (typeof output === 'string') return listOf(fileAt(output), false);
  if (typeof output !== 'object' || output === null || depth === MAX_DEPTH) return [];
  if ('url' in output && typeof output.url === 'string') {
    const bytes = 'file_size' in output ? bytesOf(output.file_size) : null;
    return listOf(fileAt(output.url, { bytes }), true);
  }
  return Object.values(output)
    .slice(0, MAX_FILES)
    .flatMap((value) => namesIn(value, depth + 1))
    .slice(0, MAX_FILES);
}

/** Null: it is no number of bytes. */
function bytesOf(said: unknown): number | null {
  return Number.isSafeInteger(said) && Number(said) >= 0 ? Number(said) : null;
}

/**
 * Returns the text that a model has written, in one piece or as a list of pieces, as a file; empty: the output is no
 * text.
 */
export function textIn(output: unknown): readonly ResultFile[] {
  const pieces = Array.isArray(output) ? (output as readonly unknown[]) : [output];
  if (pieces.length === 0 || !pieces.every((piece) => typeof piece === 'string')) return [];
  const text = pieces.join('');
  return text === '' ? [] : [{ at: 'answer', content: Buffer.from(text) }];
}

function listOf(file: ResultFile | null, isObject: boolean): readonly Named[] {
  return file === null ? [] : [{ file, isObject }];
}
