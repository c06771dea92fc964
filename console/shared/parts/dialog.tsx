import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Button } from './button.tsx';

/** A question before something is done: the browser's own modal dialog, which keeps the focus and closes with Escape. */
export function Dialog(props: {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  /** Its buttons, the one that acts last. */
  readonly actions?: ComponentChildren;
  readonly closeLabel?: string;
  readonly isWide?: boolean;
}) {
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const opener = document.activeElement;
    element.current?.showModal();
    // What was done may have taken its button away: then the page begins anew, and not at the browser's own bar.
    return () => {
      const isThere = opener instanceof HTMLElement && opener !== document.body && opener.isConnected;
      const next = isThere ? opener : document.querySelector<HTMLElement>('main');
      next?.focus({ preventScroll: !isThere });
    };
  }, []);
  return (
    <dialog
      ref={element}
      class={props.isWide === true ? 'dialog dialog-wide' : 'dialog'}
      aria-labelledby={titleId}
      onClose={props.onClose}
      onClick={(event) => {
        // A click on what lies behind it.
        if (event.target === element.current) props.onClose();
      }}
    >
      <div class="dialog-body">
        <h2 id={titleId}>{props.title}</h2>
        {props.children}
        <div class="dialog-actions">
          <Button onClick={props.onClose}>{props.closeLabel ?? 'Cancel'}</Button>
          {props.actions}
        </div>
      </div>
    </dialog>
  );
}
