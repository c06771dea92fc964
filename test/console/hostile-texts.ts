import type { Page, Route } from 'playwright-core';

/** What must stay text: markup, script, an override of direction that is not closed, signs without width, an expression of a template. */
export const HOSTILE =
  '<img src=x onerror="window.hurt=1"><script>window.hurt=1</script>" onfocus=window.hurt=1 x="&amp;' +
  ' \u202Eevil\u2066 \u200B\u200D\uFEFF مرحبا {{7*7}} ${7*7}';

const LONG = 10_000;

/** The same, filled up to a length with letters that leave no place to break a line. */
export function hostileText(length: number): string {
  return `${HOSTILE} ${'W'.repeat(LONG)}`.slice(0, length);
}

/** As ids, states, names of the catalogue, instants, amounts, addresses of the API and hashes are: no caller has a say in them. */
const STRUCTURED = /^(?:[a-z0-9_.:/+-]*|\d{4}-\d\d-\d\d.*|\/v1\/.*|[a-z]+_[A-Za-z0-9_]+|https?:\/\/127\..*)$/;
/** What is no text though it may look like one. */
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

/** Has every text of every response that a page gets go on with a hostile one of 10,000 characters, whatever its field. */
export async function poisonResponses(page: Page): Promise<void> {
  await page.route('**/v1/**', async (route: Route) => {
    const { accept = '' } = route.request().headers();
    // Streams, and the bytes of outputs.
    if (accept.includes('event-stream') || accept === '*/*') return route.continue();
    // Null, here and below: the page has been closed meanwhile.
    const response = await route.fetch().catch(() => null);
    if (response === null) return;
    const isJson = response.headers()['content-type']?.includes('json') === true;
    if (!isJson) return route.fulfill({ response });
    const json: unknown = await response.json().catch(() => null);
    if (json !== null) await route.fulfill({ response, json: poisoned(json) }).catch(() => undefined);
  });
}

/** In the page: whether something of a hostile text has become more than text. */
const FIND_HURT = `[
  ...(window.hurt === undefined ? [] : ['a script of a text has run']),
  ...[...document.querySelectorAll('img[src="x"], script:not([src]), [onerror], [onfocus]')].map(({ outerHTML }) => outerHTML.slice(0, 80)),
]`;

export function hurtOn(page: Page): Promise<readonly string[]> {
  return page.evaluate<readonly string[]>(FIND_HURT);
}
