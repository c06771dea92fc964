const CAPTIONS = /^\ufeff?WEBVTT(?:[ \t\n\r]|$)/;

/** What only bytes that are no text have. */
const NO_TEXT = /[\u0000-\u0008\u000e-\u001a\u001c-\u001f]/;

/** What a text is by its content: JSON that holds something, captions, or plain; null for bytes that are none, and for nothing. */
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

/** An object or a list: a bare number or word is JSON too, and no document. */
function isJson(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
