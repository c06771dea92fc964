/** The requested part of a file. */
export type ByteRange =
  | { readonly is: 'whole' }
  /** Both ends included. */
  | { readonly is: 'part'; readonly start: number; readonly end: number }
  | { readonly is: 'unsatisfiable' };

const WHOLE = { is: 'whole' } as const;

/**
 * Parses a Range header (RFC 9110, 14.2) for a file's size. Several ranges, other units and invalid ones return the
 * whole file, as the standard allows.
 */
export function readByteRange(header: string | undefined, size: number): ByteRange {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.replaceAll(' ', '') ?? '');
  if (match === null) return WHOLE;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return WHOLE;
  if (first === '') return suffix(Number(last), size);
  const start = Number(first);
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== '' && Number(last) < start) return WHOLE;
  return start < size ? { is: 'part', start, end } : { is: 'unsatisfiable' };
}

function suffix(length: number, size: number): ByteRange {
  if (length === 0 || size === 0) return { is: 'unsatisfiable' };
  return { is: 'part', start: Math.max(0, size - length), end: size - 1 };
}
