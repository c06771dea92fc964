import type { Page } from 'playwright-core';

/** The element with the focus: its name as it is read out, whether its focus is visible, and whether it is in sight. */
type Focused = {
  readonly name: string;
  /** A focus ring, or a field's own mark. */
  readonly isMarked: boolean;
  /** On the screen, and not covered. */
  readonly isInSight: boolean;
  /** The same element as before: a date field has several places within. */
  readonly isSame: boolean;
};

const MOST_TABS = 200;

/** In the page: an element's name as it is read out, whether its focus is visible, and whether it is in sight. */
const DESCRIBE = `
  const nameOf = (one) => {
    const labels = [...(one.labels ?? [])].map(({ textContent }) => textContent).join(' ');
    return (one.getAttribute('aria-label') ?? (labels || one.textContent || one.tagName)).trim().slice(0, 80);
  };
  const isMarked = (element) => {
    const { boxShadow, outlineStyle, outlineColor } = getComputedStyle(element);
    return boxShadow !== 'none' || (outlineStyle !== 'none' && !/, 0\\)$|transparent/.test(outlineColor));
  };
  const isInSight = (element) => {
    const { left, top, right, bottom } = element.getBoundingClientRect();
    const x = (Math.max(left, 0) + Math.min(right, innerWidth)) / 2;
    const y = (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2;
    const hit = document.elementFromPoint(x, y);
    return hit !== null && (hit === element || element.contains(hit) || hit.contains(element));
  };`;

/** In the page: the element with the focus; null: the page as a whole. */
const DESCRIBE_FOCUS = `(async () => {
  ${DESCRIBE}
  const element = document.activeElement;
  if (element === null || element === document.body || element === document.documentElement) return null;
  // With reduced motion a change takes until one of the next frames.
  for (let frames = 0; frames < 10 && !isInSight(element); frames++) await new Promise(requestAnimationFrame);
  const isSame = window.focusedBefore === element;
  window.focusedBefore = element;
  return { name: nameOf(element), isMarked: isMarked(element), isInSight: isInSight(element), isSame };
})()`;

/**
 * In the page: from now on keeps each element that gets the focus: how it is marked on arrival, and whether it is in
 * sight when it loses the focus, since a browser scrolls in between.
 */
const KEEP_FOCUSED = `(() => {
  ${DESCRIBE}
  window.stopKeeping?.();
  const kept = [];
  const come = ({ target }) => kept.push({ element: target, name: nameOf(target), isMarked: isMarked(target) });
  const leave = () => {
    const last = kept.at(-1);
    if (last !== undefined) last.isInSight = isInSight(last.element);
  };
  addEventListener('focusin', come, true);
  addEventListener('focusout', leave, true);
  window.stopKeeping = () => {
    removeEventListener('focusin', come, true);
    removeEventListener('focusout', leave, true);
  };
  window.countKept = () => kept.length;
  window.keptFocused = () => {
    leave();
    return kept.map(({ name, isMarked, isInSight }) => ({ name, isMarked, isInSight, isSame: false }));
  };
})()`;

/** In the page: the usable controls in document order. Of a group of radio buttons Tab reaches one. */
const USABLE = `
  ${DESCRIBE}
  const place = document.querySelector('dialog[open]') ?? document;
  const all = place.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]');
  const groups = new Set();
  const usable = [...all].filter((one) => {
    if (one.disabled === true || !one.checkVisibility({ visibilityProperty: true })) return false;
    if (one.type !== 'radio') return true;
    const isFirst = !groups.has(one.name);
    groups.add(one.name);
    return isFirst;
  });`;

/** In the page: the names of the usable controls, of which the first gets the focus. */
const LIST_USABLE = `(() => {
  ${USABLE}
  usable[0]?.focus();
  return usable.map(nameOf);
})()`;

/** In the page: the names of the usable controls in the order in which Tab reaches them from here. */
const LIST_AHEAD = `(() => {
  ${USABLE}
  const next = usable.indexOf(document.activeElement) + 1;
  return [...usable.slice(next), ...usable.slice(0, next)].map(nameOf);
})()`;

export function focusedOn(page: Page): Promise<Focused | null> {
  return page.evaluate<Focused | null>(DESCRIBE_FOCUS);
}

const TAB = { key: 'Tab', code: 'Tab', windowsVirtualKeyCode: 9, nativeVirtualKeyCode: 9 } as const;

/** Presses Tab this many times without a pause: a browser takes them in order. */
async function pressTabs(page: Page, times: number): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await Promise.all(
    Array.from({ length: times }, () => [
      session.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...TAB }),
      session.send('Input.dispatchKeyEvent', { type: 'keyUp', ...TAB }),
    ]).flat(),
  );
  await session.detach();
}

/**
 * Presses Tab until an element of this name has the focus; otherwise throws with the names of those reached. As many
 * presses as should lead there are made at once; looks after each only if they do not, since a page may change meanwhile.
 */
export async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  const reached: string[] = [];
  const isIt = (focused: string) => (typeof name === 'string' ? focused === name : name.test(focused));
  const ahead = (await page.evaluate<readonly string[]>(LIST_AHEAD)).findIndex(isIt);
  await pressTabs(page, Math.max(ahead, 0));
  for (let tabs = 0; tabs < MOST_TABS; tabs++) {
    await page.keyboard.press('Tab');
    const focused = await focusedOn(page);
    if (focused !== null && isIt(focused.name)) return;
    reached.push(focused?.name ?? '(the page)');
  }
  throw new Error(`Tab does not reach ${String(name)}, but: ${reached.slice(0, 60).join(' | ')}`);
}

/** How often a page may change under the test before the test gives up: other tests act on the same data. */
const MOST_LOOKS = 4;

/**
 * Tabs through a page, or an open dialog, from its beginning; returns the faults, a line each. The first pass is made
 * without looking in between; if it finds a fault, a second one looks step by step, since a page may take its time. If
 * the page changes meanwhile, it begins again.
 */
export async function faultsOfTabbing(page: Page): Promise<readonly string[]> {
  for (let look = 1; ; look++) {
    const usable = await page.evaluate<readonly string[]>(LIST_USABLE);
    if (faultsOfWay(await runThrough(page, usable.length), usable).length === 0) return [];
    await page.evaluate(LIST_USABLE);
    const faults = faultsOfWay(await walkThrough(page, usable.length), usable);
    const after = await page.evaluate<readonly string[]>(LIST_USABLE);
    if (faults.length === 0 || look === MOST_LOOKS || after.join() === usable.join()) return faults;
    await page.evaluate('document.activeElement.blur()');
  }
}

/** Moves from the second control back to the first, so that the first has the focus by a key. */
async function enterByKey(page: Page): Promise<void> {
  await page.keyboard.press('Tab');
  await page.evaluate(KEEP_FOCUSED);
  await page.keyboard.press('Shift+Tab');
}

async function runThrough(page: Page, things: number): Promise<readonly Focused[]> {
  await enterByKey(page);
  let reached = 1;
  let pressed = 0;
  while (reached < things && pressed < MOST_TABS) {
    const missing = things - reached;
    await pressTabs(page, missing);
    pressed += missing;
    // A date field has several places within.
    reached = await page.evaluate<number>('window.countKept()');
  }
  return page.evaluate<readonly Focused[]>('window.stopKeeping(), window.keptFocused()');
}

async function walkThrough(page: Page, things: number): Promise<readonly Focused[]> {
  const reached: Focused[] = [];
  await enterByKey(page);
  for (let tabs = 0; tabs < MOST_TABS && reached.length < things; tabs++) {
    const focused = await focusedOn(page);
    if (focused === null) break;
    if (!focused.isSame || tabs === 0) reached.push(focused);
    await page.keyboard.press('Tab');
  }
  return reached;
}

function faultsOfWay(reached: readonly Focused[], usable: readonly string[]): readonly string[] {
  const names = reached.map(({ name }) => name);
  const faults = reached.flatMap(({ name, isMarked, isInSight }) => [
    ...(isMarked ? [] : [`${name}: is not seen to have the focus`]),
    ...(isInSight ? [] : [`${name}: has the focus out of sight`]),
  ]);
  const order = names.join(' | ') === usable.join(' | ') ? [] : inWhatTheyDiffer(names, usable);
  return [...faults, ...order];
}

function inWhatTheyDiffer(names: readonly string[], usable: readonly string[]): readonly string[] {
  const at = usable.findIndex((name, index) => names[index] !== name);
  return [`at ${String(at)} Tab reaches “${names[at] ?? 'the end'}” instead of “${usable[at] ?? 'the end'}”`];
}
