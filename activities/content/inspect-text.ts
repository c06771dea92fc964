const CAPTIONS = /^\ufeff?WEBVTT(?:[ \t\n\r]|$)/;

/** Control characters that no text has. */
const NO_TEXT = /[\u0000-\u0008\u000e-\u001a\u001c-\u001f]/;

/**
 * Returns the media type of a text by its content: JSON, captions or plain text; null: the bytes are no text, or hold
 * nothing.
 */
export function textTypeOf(file: Buffer): string | null {
  const text = decode(file);
  if (text === null || text.trim() === '' || NO_TEXT.test(text)) return null;
  if (CAPTIONS.test(text)) return 'text/vtt';
  return isJson(text) ? 'application/json' : 'text/plain';
}

function decode(file: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(file);
  } catch {
    return null;
  }
}

/** Only an object or a list counts: a bare number or word is JSON too, but no document. */
function isJson(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
