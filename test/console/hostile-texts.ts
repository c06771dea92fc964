import type { Page, Route } from 'playwright-core';

/** Must stay text: markup, script, an unclosed override of direction, signs without width, a template's expression. */
export const HOSTILE =
  '<img src=x onerror="window.hurt=1"><script>window.hurt=1</script>" onfocus=window.hurt=1 x="&amp;' +
  ' \u202Eevil\u2066 \u200B\u200D\uFEFF مرحبا {{7*7}} ${7*7}';

const LONG = 10_000;

/** The hostile text, filled up to a length with letters without a place to break the line. */
export function hostileText(length: number): string {
  return `${HOSTILE} ${'W'.repeat(LONG)}`.slice(0, length);
}

/**
 * Texts that no caller chooses: ids, states, names of the catalogue, instants, amounts, addresses of the API, hashes.
 */
const STRUCTURED = /^(?:[a-z0-9_.:/+-]*|\d{4}-\d\d-\d\d.*|\/v1\/.*|[a-z]+_[A-Za-z0-9_]+|https?:\/\/127\..*)$/;
/** Fields with other texts that no caller chooses. */
const NO_TEXTS = new Set([
  'content_type',
  'pattern',
  'format',
  'type',
  'const',
  'enum',
  'default',
  'csrf_token',
  'at',
]);

function poisoned(value: unknown, name = ''): unknown {
  if (NO_TEXTS.has(name)) return value;
  if (typeof value === 'string') return STRUCTURED.test(value) ? value : `${value} ${hostileText(LONG)}`;
  if (Array.isArray(value)) return value.map((one) => poisoned(one, name));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, poisoned(inner, key)]));
}

/** Appends a hostile text of 10,000 characters to every text in every response that a page gets, whatever its field. */
export async function poisonResponses(page: Page): Promise<void> {
  await page.route('**/v1/**', async (route: Route) => {
    const { accept = '' } = route.request().headers();
    // Streams, and the bytes of outputs, stay as they are.
    if (accept.includes('event-stream') || accept === '*/*') return route.continue();
    // Null, here and below: the page was closed meanwhile.
    const response = await route.fetch().catch(() => null);
    if (response === null) return;
    const isJson = response.headers()['content-type']?.includes('json') === true;
    if (!isJson) return route.fulfill({ response });
    const json: unknown = await response.json().catch(() => null);
    if (json !== null) await route.fulfill({ response, json: poisoned(json) }).catch(() => undefined);
  });
}

/** In the page: whether a part of a hostile text has become more than text. */
const FIND_HURT = `[
  ...(window.hurt === undefined ? [] : ['a script of a text has run']),
  ...[...document.querySelectorAll('img[src="x"], script:not([src]), [onerror], [onfocus]')].map(({ outerHTML }) => outerHTML.slice(0, 80)),
]`;

export function hurtOn(page: Page): Promise<readonly string[]> {
  return page.evaluate<readonly string[]>(FIND_HURT);
}
