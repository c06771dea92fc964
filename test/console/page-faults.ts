import type { Page } from 'playwright-core';

/**
 * In the page: elements beyond the sides of the screen that cannot be scrolled to, a line each; and each text without
 * paragraphs that is taller than the screen, which hides the rest of the page; and each line of joined texts that is cut
 * off, where it begins before their first dot or ends behind their frame.
 */
const FIND_BROKEN_LAYOUT = `(() => {
  const found = [];
  const { scrollWidth } = document.documentElement;
  if (scrollWidth > innerWidth) found.push('the page is ' + scrollWidth + ' px wide');
  const clips = (element) => {
    for (let at = element.parentElement; at !== null && at !== document.body; at = at.parentElement) {
      if (getComputedStyle(at).overflowX !== 'visible') return true;
    }
    return false;
  };
  const nameOf = (element) =>
    element.tagName.toLowerCase() + '.' + element.className + ' “' + element.textContent.slice(0, 40) + '”';
  for (const element of document.body.querySelectorAll('*')) {
    if (!element.checkVisibility({ visibilityProperty: true })) continue;
    const { left, right, width, height } = element.getBoundingClientRect();
    if (width <= 1 || height <= 1) continue;
    if ((right > innerWidth + 1 || left < -1) && !clips(element)) {
      found.push(nameOf(element) + ' from ' + Math.round(left) + ' to ' + Math.round(right));
    }
    const isText = [...element.childNodes].some(({ nodeType, data }) => nodeType === 3 && data.trim() !== '');
    if (isText && height > innerHeight) found.push(nameOf(element) + ' is ' + Math.round(height) + ' px high');
  }
  for (const joined of document.querySelectorAll('.joined')) {
    const cut = joined.getBoundingClientRect().left + 1.1 * parseFloat(getComputedStyle(joined).fontSize);
    const texts = document.createTreeWalker(joined, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const range = document.createRange();
      range.selectNodeContents(texts.currentNode);
      const rects = [...range.getClientRects()].filter(({ width }) => width > 0);
      const said = ' of a line is cut off: “' + texts.currentNode.data.slice(0, 40) + '”';
      if (rects.some(({ left }) => left < cut - 1)) found.push('the beginning' + said);
      if (rects.some((rect) => rect.right > joined.getBoundingClientRect().right + 1)) found.push('the end' + said);
    }
  }
  return found.slice(0, 12);
})()`;

/** The faults in the layout of a page as shown, a line each. */
export function brokenLayoutOf(page: Page): Promise<readonly string[]> {
  return page.evaluate<readonly string[]>(FIND_BROKEN_LAYOUT);
}

/** In the page: every visible text except figures and instants, which change by themselves. */
const LIST_SEEN = `(() => {
  const seen = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { data, parentElement } = walker.currentNode;
    const text = data.trim();
    if (!/\\p{L}/u.test(text) || parentElement.closest('time, noscript, option, .skip') !== null) continue;
    if (parentElement.checkVisibility({ visibilityProperty: true, opacityProperty: true })) seen.add(text);
  }
  return [...seen];
})()`;

/** Every visible text of a page, each once. */
export function textsSeenOn(page: Page): Promise<readonly string[]> {
  return page.evaluate<readonly string[]>(LIST_SEEN);
}

/** The names of running animations and transitions. */
export function movingOn(page: Page): Promise<readonly string[]> {
  return page.evaluate<readonly string[]>(
    `document.getAnimations().filter(({ playState }) => playState === 'running')
      .map((one) => one.animationName ?? one.transitionProperty ?? 'a script’s')`,
  );
}

/** Resolves when everything that a page has requested so far has arrived. */
export async function untilRead(page: Page): Promise<void> {
  await page.locator('.loading, .output-coming').first().waitFor({ state: 'hidden' });
}
