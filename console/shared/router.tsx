import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/**
 * A place within the page, from the address's fragment: no server or log sees it, so ids, names and searches stay in
 * the browser. `#/jobs/job_1?state=failed` is path `['jobs', 'job_1']` and query `state=failed`.
 */
type Place = { readonly path: readonly string[]; readonly query: URLSearchParams };

function placeOf(hash: string): Place {
  const text = hash.replace(/^#\/?/, '');
  const [path = '', query = ''] = splitOnce(text, '?');
  return { path: path.split('/').filter(Boolean).map(decode), query: new URLSearchParams(query) };
}

/** The address of a place within the page. Null and empty values of `query` are left out. */
export function hrefTo(
  path: readonly string[],
  query: Readonly<Record<string, string | null | undefined>> = {},
): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') search.set(name, value);
  }
  const text = search.toString();
  return `#/${path.map(encodeURIComponent).join('/')}${text === '' ? '' : `?${text}`}`;
}

/** The path of the address as it is now. What was rendered may be older: a second key can come before the first is rendered. */
export const currentPath = () => placeOf(location.hash).path;

export function goTo(href: string): void {
  location.hash = href;
}

/** Changes the address without a step in the history, as a filter does. */
function replacePlace(href: string): void {
  history.replaceState(history.state, '', href);
  dispatchEvent(new HashChangeEvent('hashchange'));
}

export function usePlace(): Place {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const read = () => setHash(location.hash);
    addEventListener('hashchange', read);
    read();
    return () => removeEventListener('hashchange', read);
  }, []);
  return placeOf(hash);
}

/** A filter in the address: its value, and a function that sets it. */
export function useFilter(name: string): readonly [string | null, (value: string | null) => void] {
  const { query } = usePlace();
  const set = (value: string | null) => {
    // From the current address: the reader may have gone to another page since this was rendered.
    const now = placeOf(location.hash);
    replacePlace(hrefTo(now.path, { ...Object.fromEntries(now.query), [name]: value }));
  };
  return [query.get(name), set];
}

export function Link(props: {
  readonly to: string;
  readonly class?: string;
  readonly isCurrent?: boolean;
  readonly children: ComponentChildren;
}) {
  return (
    <a href={props.to} class={props.class} aria-current={props.isCurrent === true ? 'page' : undefined}>
      {props.children}
    </a>
  );
}

/** Whether a part of the path may be an id. Others, typed by hand, cannot be sent: they name no page. */
export const isIdPart = (part: string | undefined): boolean => part === undefined || /^\w{1,100}$/.test(part);

function splitOnce(text: string, mark: string): readonly string[] {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** An address typed by hand may have an invalid escape. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
