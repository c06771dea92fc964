import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
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
  // A selection that is drawn out of the dialog ends in a click on the dialog too, which must not lose what was written.
  const isPressedOutside = useRef(false);
  // With the drawing, not after it: a key pressed in between would move the focus from the button that opened it.
  useLayoutEffect(() => {
    const dialog = element.current;
    const opener = document.activeElement;
    dialog?.showModal();
    return () => {
      // While a dialog is open nothing else takes the focus.
      dialog?.close();
      if (opener instanceof HTMLElement) opener.focus();
      requestAnimationFrame(focusPageIfLost);
    };
  }, []);
  return (
    <dialog
      ref={element}
      class={props.isWide === true ? 'dialog dialog-wide' : 'dialog'}
      aria-labelledby={titleId}
      onClose={() => {
        // It tells of its end also when that came from here.
        if (element.current !== null) props.onClose();
      }}
      onPointerDown={(event) => {
        isPressedOutside.current = event.target === element.current;
      }}
      onClick={(event) => {
        // A click outside of the dialog.
        if (event.target === element.current && isPressedOutside.current) props.onClose();
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

/** The action may have removed the button that opened the dialog: then the page gets the focus, not the browser's bar. */
function focusPageIfLost(): void {
  if (document.activeElement === document.body)
    document.querySelector<HTMLElement>('main')?.focus({ preventScroll: true });
}
