import { hexOf } from './hex.ts';

/** A new idempotency key: random, in the form of a UUID. `crypto.randomUUID` is missing in a page that came over plain HTTP. */
export function newKey(): string {
  const text = hexOf(crypto.getRandomValues(new Uint8Array(16)));
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join(
    '-',
  );
}
