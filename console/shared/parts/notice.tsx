import type { ComponentChildren } from 'preact';
import { wordsOf } from '../data/problem-words.ts';
import type { Resource } from '../data/use-resource.ts';
import { Button } from './button.tsx';
import type { Tone } from './state-badge.tsx';

/** Says that there is nothing yet, and what would bring something. `isPage`: it is the whole page. */
export function Empty(props: {
  readonly title: string;
  readonly isPage?: boolean;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class="empty">
      {props.isPage === true ? (
        <h1 class="empty-title">{props.title}</h1>
      ) : (
        <p class="empty-title">{props.title}</p>
      )}
      {props.children !== undefined && <div class="empty-text">{props.children}</div>}
    </div>
  );
}

/** Grey bars in place of data. They appear after a moment, since most responses arrive before. */
export function Loading(props: { readonly label: string; readonly lines?: number }) {
  return (
    <div class="loading" role="status" aria-label={`${props.label} is being read`}>
      {Array.from({ length: props.lines ?? 3 }, (_, line) => (
        <div key={line} class="loading-line" />
      ))}
    </div>
  );
}

export function Notice(props: {
  readonly tone: Tone;
  readonly title: ComponentChildren;
  readonly children?: ComponentChildren;
  readonly actions?: ComponentChildren;
}) {
  return (
    <div class={`notice notice-${props.tone}`}>
      <div class="notice-text">
        <p class="notice-title">{props.title}</p>
        {props.children}
      </div>
      {props.actions !== undefined && props.actions !== false && (
        <div class="notice-actions">{props.actions}</div>
      )}
    </div>
  );
}

/** Why a call failed, in the API's words, with a button to try again. */
export function ErrorNotice(props: {
  readonly error: unknown;
  readonly onRetry?: () => void;
  /** Of a call without an effect. */
  readonly isRead?: boolean;
}) {
  const { title, detail, requestId } = wordsOf(props.error, props.isRead);
  return (
    <div role="alert">
      <Notice
        tone="bad"
        title={title}
        actions={
          props.onRetry !== undefined && (
            <Button isSmall onClick={props.onRetry}>
              Try again
            </Button>
          )
        }
      >
        <p>
          <bdi>{detail}</bdi>
        </p>
        {requestId !== null && <p class="muted small">Request {requestId}</p>}
      </Notice>
    </div>
  );
}

/** Data of the API: itself, an error, or that it is being read. Data stays while it is read again. */
export function Shown<Data>(props: {
  readonly of: Pick<Resource<Data>, 'data' | 'error' | 'reload'>;
  readonly label: string;
  readonly lines?: number;
  readonly children: (data: Data) => ComponentChildren;
}) {
  const { data, error, reload } = props.of;
  if (data !== null) return <>{props.children(data)}</>;
  if (error !== null) return <ErrorNotice error={error} onRetry={reload} />;
  return <Loading label={props.label} {...(props.lines === undefined ? {} : { lines: props.lines })} />;
}
