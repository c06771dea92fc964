/** `[` and `{`, `]` and `}`. */
const OPENING: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const CLOSING: ReadonlySet<number> = new Set([0x5d, 0x7d]);
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Whether a text that may be JSON has lists and objects within each other more than so many deep. To parse 24 MiB of nothing but brackets holds a
 * process for three seconds; to look at them, for as long as it takes to find so many.
 */
export function nestsDeeperThan(maxDepth: number, json: Uint8Array): boolean {
  let depth = 0;
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at] ?? 0;
    if (byte === QUOTE) at = endOfText(json, at);
    else if (CLOSING.has(byte)) depth -= 1;
    else if (OPENING.has(byte) && (depth += 1) > maxDepth) return true;
  }
  return false;
}

/** Where the text that begins here ends: most of a long answer is base64 in a text. */
function endOfText(json: Uint8Array, begin: number): number {
  for (let at = json.indexOf(QUOTE, begin + 1); at !== -1; at = json.indexOf(QUOTE, at + 1)) {
    let backslashes = 0;
    while (json[at - 1 - backslashes] === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return at;
  }
  return json.length;
}
