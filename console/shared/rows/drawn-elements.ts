import { RowHeights } from './row-heights.ts';

/** The height of a row before any was measured: two lines of text. */
const ASSUMED_ROW_PX = 64;

/**
 * The elements of the rendered rows, and the heights of all rows rendered so far. A ResizeObserver says when to
 * measure, so that measuring forces no layout.
 */
export class DrawnElements {
  readonly heights = new RowHeights(ASSUMED_ROW_PX);
  readonly #byName = new Map<string, Element>();
  readonly #names = new WeakMap<Element, string>();
  readonly #observer = new ResizeObserver((entries) => this.#measure(entries.map(({ target }) => target)));
  readonly #onMoved: () => void;
  #list: Element | null = null;
  #listWidth = 0;

  /** @param onMoved called when the list has another size, or rows have other heights than was assumed. Layout is done then */
  constructor(onMoved: () => void) {
    this.#onMoved = onMoved;
  }

  /** Observes a row; returns a function that ends this. */
  add(name: string, element: Element): () => void {
    this.#byName.set(name, element);
    this.#names.set(element, name);
    this.#observer.observe(element);
    return () => {
      this.#observer.unobserve(element);
      if (this.#byName.get(name) === element) this.#byName.delete(name);
    };
  }

  /** Observes the list, whose width decides the rows' heights; returns a function that ends all observation. */
  watchList(list: Element): () => void {
    this.#list = list;
    this.#listWidth = list.getBoundingClientRect().width;
    this.#observer.observe(list);
    return () => this.#observer.disconnect();
  }

  /** The names of the rows in use: the one with the focus, and those that were opened. */
  inUse(): { readonly focused: string | null; readonly opened: readonly string[] } {
    const { activeElement } = document;
    const all = [...this.#byName];
    return {
      focused: all.find(([, element]) => element.contains(activeElement))?.[0] ?? null,
      opened: all
        .filter(([, element]) => element.querySelector('details[open]') !== null)
        .map(([name]) => name),
    };
  }

  #measure(targets: readonly Element[]): void {
    const widthPx = this.#list?.getBoundingClientRect().width ?? 0;
    const isOtherWidth = widthPx !== this.#listWidth;
    this.#listWidth = widthPx;
    if (isOtherWidth) this.heights.forget();
    let hasMoved = this.#list !== null && targets.includes(this.#list);
    for (const element of isOtherWidth ? this.#byName.values() : targets) {
      const name = this.#names.get(element);
      const { height } = element.getBoundingClientRect();
      // An element that is not shown has no height.
      if (name !== undefined && height > 0) hasMoved = this.heights.keep(name, height) || hasMoved;
    }
    if (hasMoved) this.#onMoved();
  }
}
