import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { HoldfastError } from '../../../client/http/holdfast-error.ts';
import { newKey } from '../../../client/http/new-key.ts';
import type { Preview } from '../../../client/http/wire-types.ts';
import { tellIfRefused } from '../../shared/data/problem-words.ts';
import { Button } from '../../shared/parts/button.tsx';
import { Dialog } from '../../shared/parts/dialog.tsx';
import { Field } from '../../shared/parts/field.tsx';
import { ErrorNotice, Notice } from '../../shared/parts/notice.tsx';
import { PreviewedEffect, usePreview } from './previewed-effect.tsx';

const MAX_REASON = 500;

/** The props of a dialog with one action. `of`: what it acts on. */
export type ActDialogProps<Of> = {
  readonly of: Of;
  readonly onClose: () => void;
  /** Called after each response: other data on the page may be old. */
  readonly onTold: () => void;
};

type Act<Result> = {
  readonly title: string;
  /** The text of the button that acts. */
  readonly verb: string;
  readonly isDanger?: boolean;
  /** The customer reads the reason too. */
  readonly isReasonShown?: boolean;
  /** The arguments as one text. A change is previewed again. */
  readonly asked: string;
  /** Reads what the server would do; null: the arguments are incomplete. */
  readonly preview: ((signal: AbortSignal) => Promise<Preview>) | null;
  readonly act: (reason: string, how: Intention) => Promise<Result>;
  /** Describes what the server said it did. */
  readonly resultOf: (result: Result) => ComponentChildren;
};

/**
 * `key`: the idempotency key, the same for every retry. `asOf`: up to where the server had read the record for its
 * preview.
 */
type Intention = { readonly key: string; readonly asOf: string | undefined };

/**
 * An action of support: its arguments, the server's preview, the reason, and then the server's result. Nothing is shown
 * as done before the server says so.
 */
export function ActDialog<Result>(
  props: ActDialogProps<Act<Result>> & { readonly children?: ComponentChildren },
) {
  const { of, onClose, onTold } = props;
  const preview = usePreview(of.asked, of.preview);
  const { reason, setReason, isTried, sent, send } = useSending(of, preview, onTold);
  const isDone = sent.is === 'done';
  const mayAct = preview.data?.possible === true;
  return (
    <Dialog
      title={of.title}
      onClose={onClose}
      closeLabel={isDone ? 'Close' : 'Cancel'}
      actions={
        !isDone && (
          <Button
            type="submit"
            look={of.isDanger === true ? 'danger' : 'primary'}
            isBusy={sent.is === 'sending'}
            isDisabled={!mayAct}
            onClick={send}
          >
            {of.verb}
          </Button>
        )
      }
    >
      {sent.is === 'done' ? (
        <div role="status">
          <Notice tone="good" title="Done">
            {of.resultOf(sent.result)}
          </Notice>
        </div>
      ) : (
        <form
          class="stack"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            if (mayAct) send();
          }}
        >
          {props.children}
          <PreviewedEffect of={preview} isIncomplete={of.preview === null} />
          <Field
            label="Reason"
            hint={
              of.isReasonShown === true
                ? 'For the record, with your name. The customer reads the reason too.'
                : 'For the record, with your name.'
            }
            fault={isTried && reason.trim() === '' ? 'Say why.' : null}
          >
            {(control) => (
              <textarea
                {...control}
                class="input"
                rows={2}
                maxLength={MAX_REASON}
                value={reason}
                onInput={(event) => setReason(event.currentTarget.value)}
              />
            )}
          </Field>
          {sent.is === 'failed' && <ErrorNotice error={sent.error} />}
        </form>
      )}
    </Dialog>
  );
}

type Sent<Result> =
  | { readonly is: 'not_yet' }
  | { readonly is: 'sending' }
  | { readonly is: 'failed'; readonly error: unknown }
  | { readonly is: 'done'; readonly result: Result };

function useSending<Result>(
  of: Act<Result>,
  preview: { readonly data: Preview | null; readonly askAgain: () => void },
  onTold: () => void,
) {
  const [reason, setReason] = useState('');
  const [isTried, setIsTried] = useState(false);
  const [sent, setSent] = useState<Sent<Result>>({ is: 'not_yet' });
  const intention = useRef({ of: '', key: '' });
  const send = () => {
    setIsTried(true);
    if (reason.trim() === '' || sent.is === 'sending') return;
    const text = `${of.asked} ${reason}`;
    if (intention.current.of !== text) intention.current = { of: text, key: newKey() };
    setSent({ is: 'sending' });
    of.act(reason.trim(), { key: intention.current.key, asOf: preview.data?.as_of }).then(
      (result) => {
        setSent({ is: 'done', result });
        onTold();
      },
      (error: unknown) => {
        tellIfRefused(error);
        if (error instanceof HoldfastError && error.problem !== null) {
          // A refusal is final under its key, so the next try needs another. After any other problem the action may have
          // been done: the same key then returns its result.
          if (!error.retryable) intention.current = { of: '', key: '' };
          // The preview may no longer be true. If the action may have been done, it stays: as of then, the server refuses
          // a second one, which another reason would make under another key.
          if (error.billed !== 'unknown') preview.askAgain();
        }
        setSent({ is: 'failed', error });
        onTold();
      },
    );
  };
  return { reason, setReason, isTried, sent, send };
}
