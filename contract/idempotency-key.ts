/** Printable ASCII, so that a key is the same in a header, a log and a shell. */
const FORM = /^[\x20-\x7e]{1,255}$/;

/** Whether a text may be an idempotency key: 1 to 255 printable ASCII characters, not all of them blank. */
export function isIdempotencyKey(text: string): boolean {
  return FORM.test(text) && text.trim() !== '';
}
