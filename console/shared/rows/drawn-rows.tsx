import type { ComponentChildren, VNode } from 'preact';
import { useRef } from 'preact/hooks';
import type { RowWindow } from './use-row-window.ts';

/** What the element of a row needs besides its content. */
export type RowElement = {
  readonly key: string;
  readonly ref: (element: Element | null) => void;
  /** The row's position in the list. */
  readonly at: number;
};

type Looks<Row> = {
  /** Renders what a row contains. */
  readonly content: (row: Row) => ComponentChildren;
  /** Renders the element of a row around its content. */
  readonly element: (of: RowElement, content: ComponentChildren) => VNode;
};
type Made<Row> = Looks<Row> &
  RowElement & { readonly row: Row; readonly inner: ComponentChildren; readonly made: VNode };

/**
 * The rendered rows of a list, and the height of the others left free. A row that is unchanged is the same element as
 * before, which Preact skips: `content` and `element` must be the same functions each time.
 */
export function DrawnRows<Row>(
  props: Looks<Row> & {
    readonly rows: readonly Row[];
    readonly names: readonly string[];
    readonly shown: Pick<RowWindow<Element>, 'rows' | 'restPx' | 'observe'>;
    readonly gap: (px: number, key: string) => VNode;
  },
) {
  const { rows, names, shown, content, element, gap } = props;
  const made = useRef<ReadonlyMap<string, Made<Row>>>(new Map());
  const next = new Map<string, Made<Row>>();
  let gaps = 0;
  const children = shown.rows.flatMap(({ at, gapPx }) => {
    const row = rows[at];
    const key = names[at];
    if (row === undefined || key === undefined) return [];
    const before = made.current.get(key);
    const one = makeRow(before, {
      row,
      content,
      element,
      key,
      at,
      ref: before?.ref ?? refOf(key, shown.observe),
    });
    next.set(key, one);
    return gapPx > 0 ? [gap(gapPx, `gap ${String(gaps++)}`), one.made] : [one.made];
  });
  made.current = next;
  return (
    <>
      {children}
      {shown.restPx > 0 && gap(shown.restPx, 'rest')}
    </>
  );
}

/** The content is rendered again for other data only, not when a row has come in above. */
function makeRow<Row>(before: Made<Row> | undefined, of: Omit<Made<Row>, 'inner' | 'made'>): Made<Row> {
  const isSameContent = before?.row === of.row && before.content === of.content;
  if (isSameContent && before.at === of.at && before.element === of.element) return before;
  const inner = isSameContent ? before.inner : of.content(of.row);
  return { ...of, inner, made: of.element(of, inner) };
}

/** Observes the element of a row while it is in the document. */
function refOf(name: string, observe: RowWindow<Element>['observe']): RowElement['ref'] {
  let stop: (() => void) | undefined;
  return (element) => {
    stop?.();
    stop = element === null ? undefined : observe(name, element);
  };
}
