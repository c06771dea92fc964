import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { hrefTo, Link } from '../router.tsx';
import { Toasts } from './toasts.tsx';

type NavigationItem = { readonly name: string; readonly text: string };

/** The frame of every page: name, navigation, `aside` at the right, and the page itself. */
export function Shell(props: {
  readonly name: string;
  readonly items: readonly NavigationItem[];
  /** The first part of the path: it marks the current item. */
  readonly current: string;
  readonly aside?: ComponentChildren;
  readonly banner?: ComponentChildren;
  readonly children: ComponentChildren;
}) {
  const main = useRef<HTMLElement>(null);
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to content
      </button>
      <header class="top">
        <div class="top-line">
          <span class="mark" aria-hidden="true">
            <svg viewBox="0 0 24 24" width="22" height="22">
              <rect width="24" height="24" rx="6" class="mark-ground" />
              <path d="M7.5 6v12M16.5 6v12M7.5 12h9" class="mark-line" />
            </svg>
          </span>
          <span class="top-name">{props.name}</span>
          {props.items.length > 0 && (
            <nav class="tabs" aria-label="Main">
              {props.items.map(({ name, text }) => (
                <Link key={name} to={hrefTo([name])} class="tab" isCurrent={name === props.current}>
                  {text}
                </Link>
              ))}
            </nav>
          )}
          <div class="top-aside">{props.aside}</div>
        </div>
      </header>
      {props.banner}
      <main ref={main} tabIndex={-1} class="page">
        {props.children}
      </main>
      <Toasts />
    </>
  );
}

/** The heading of a page. It sets the tab's title and gets the focus when the reader goes to the page. */
export function PageHead(props: {
  readonly title: string;
  readonly before?: ComponentChildren;
  readonly aside?: ComponentChildren;
  readonly children?: ComponentChildren;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = props.title;
  }, [props.title]);
  useEffect(() => {
    // The first page of a visit leaves the focus where the browser puts it.
    if (history.length > 1 && document.activeElement !== document.body)
      heading.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, []);
  return (
    <div class="page-head">
      {props.before}
      <div class="page-head-line">
        <h1 ref={heading} tabIndex={-1}>
          {props.title}
        </h1>
        {props.aside !== undefined && <div class="page-head-aside">{props.aside}</div>}
      </div>
      {props.children}
    </div>
  );
}

/** A section of a page, with its heading. */
export function Section(props: {
  readonly title: string;
  readonly aside?: ComponentChildren;
  readonly class?: string;
  readonly children: ComponentChildren;
}) {
  return (
    <section class={`section ${props.class ?? ''}`} aria-label={props.title}>
      <div class="section-head">
        <h2>{props.title}</h2>
        {props.aside !== undefined && <div class="section-aside">{props.aside}</div>}
      </div>
      {props.children}
    </section>
  );
}
