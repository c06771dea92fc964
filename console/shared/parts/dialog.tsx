import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Button } from './button.tsx';

/** The browser's modal dialog, which keeps the focus and closes with Escape. */
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
    // The action may have removed the button that opened the dialog. Then the page gets the focus, not the browser's
    // bar.
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
        // A click outside of the dialog.
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
