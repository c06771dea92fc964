import { useState } from 'preact/hooks';
import {
  adviceOf,
  MAX_REVIEW_NOTE,
  REVIEW_CATEGORIES,
  type ReviewCategory,
} from '../../../domain/support/review.ts';
import type { Output } from '../../../client/http/wire-types.ts';
import { usePageParts } from '../../shared/data/page-context.ts';
import { Button } from '../../shared/parts/button.tsx';
import { Dialog } from '../../shared/parts/dialog.tsx';
import { Field } from '../../shared/parts/field.tsx';
import { ErrorNotice, Notice } from '../../shared/parts/notice.tsx';
import { say } from '../../shared/parts/toasts.tsx';

const CATEGORY_WORDS: Readonly<Record<ReviewCategory, string>> = {
  broken: 'It is broken: cut off, distorted, empty',
  wrong_product: 'The product, logo or packaging is wrong',
  vague_brief: 'It is not what I had in mind',
  beyond_model: 'It could not do what I asked for',
  other: 'Something else',
};

/** Reports an unusable output. Once a category is chosen, advice for that case is shown before the report is sent. */
export function ReportDialog({ output, onClose }: { readonly output: Output; readonly onClose: () => void }) {
  const { client } = usePageParts();
  const [category, setCategory] = useState<ReviewCategory | null>(null);
  const [note, setNote] = useState('');
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const send = async () => {
    if (category === null) return;
    setIsBusy(true);
    try {
      const text = note.trim();
      await client.outputs.report(output.id, { category, ...(text === '' ? {} : { note: text }) });
      dispatchEvent(new Event(REPORTED));
      say('Reported. Support looks at it.');
      onClose();
    } catch (failed) {
      setError(failed);
      setIsBusy(false);
    }
  };
  return (
    <Dialog
      title="Report a problem"
      onClose={onClose}
      actions={
        <Button look="primary" isDisabled={category === null} isBusy={isBusy} onClick={() => void send()}>
          Send the report
        </Button>
      }
    >
      <fieldset class="radio-list">
        <legend class="field-label">What is wrong with it?</legend>
        {REVIEW_CATEGORIES.map((name) => (
          <label key={name} class="radio">
            <input
              type="radio"
              name="category"
              checked={category === name}
              onChange={() => setCategory(name)}
            />
            <span>{CATEGORY_WORDS[name]}</span>
          </label>
        ))}
      </fieldset>
      {category !== null && (
        <div aria-live="polite">
          <Notice tone="active" title="What helps">
            <p>{adviceOf(category)}</p>
          </Notice>
        </div>
      )}
      <Field label="What do you see?" isOptional>
        {(control) => (
          <textarea
            {...control}
            class="input"
            dir="auto"
            rows={3}
            maxLength={MAX_REVIEW_NOTE}
            value={note}
            onInput={(event) => setNote(event.currentTarget.value)}
          />
        )}
      </Field>
      {error !== null && <ErrorNotice error={error} />}
    </Dialog>
  );
}

/** The event on the window after a report was made. */
export const REPORTED = 'holdfast:reported';
