import { useState } from 'preact/hooks';
import { HoldfastError } from '../../../client/http/holdfast-error.ts';
import type { JobBody, Output } from '../../../client/http/wire-types.ts';
import { Dialog } from '../../shared/parts/dialog.tsx';
import { Field } from '../../shared/parts/field.tsx';
import { OutputView } from '../../shared/parts/output-view.tsx';
import { QuotePanel } from '../create/quote-panel.tsx';
import { useQuote } from '../create/use-quote.ts';
import { useSubmission } from '../create/use-submission.ts';

/** The API's limit (docs/http-api.md). */
const MAX_INSTRUCTION = 2_000;

/** The JSON pointer of the only field. */
const INSTRUCTION = '/instruction';

function faultOf(error: unknown): string | null {
  const faults = error instanceof HoldfastError ? error.errors : [];
  return faults.find(({ pointer }) => pointer === INSTRUCTION)?.detail ?? null;
}

/** Makes a new output from an existing one, by an instruction or again as it was. It shows the price first. */
export function EditDialog(props: {
  readonly output: Output;
  readonly label: string;
  readonly isRegeneration: boolean;
  readonly onClose: () => void;
}) {
  const { output, isRegeneration } = props;
  const [instruction, setInstruction] = useState('');
  const text = instruction.trim();
  const body: JobBody | null =
    !isRegeneration && text === ''
      ? null
      : { kind: 'edit', source_output_id: output.id, ...(isRegeneration ? {} : { instruction: text }) };
  const live = useQuote(body);
  const form = `${isRegeneration ? 'regenerate' : 'edit'} ${output.id}`;
  const submission = useSubmission(form, body, live.reload);
  return (
    <Dialog title={isRegeneration ? 'Regenerate' : 'Edit'} onClose={props.onClose} closeLabel="Close" isWide>
      <div class="edit">
        <div class="edit-source">
          <OutputView output={output} label={props.label} />
        </div>
        <div class="stack">
          {isRegeneration ? (
            <p>Makes it once more from the same words. The result is a new one; this one stays.</p>
          ) : (
            <Field
              label="What should be different?"
              hint="The result is a new one; this one stays."
              fault={faultOf(live.error)}
              aside={`${String([...instruction].length)} / ${MAX_INSTRUCTION.toLocaleString('en')}`}
            >
              {(control) => (
                <textarea
                  {...control}
                  class="input"
                  dir="auto"
                  rows={4}
                  maxLength={MAX_INSTRUCTION}
                  value={instruction}
                  onInput={(event) => setInstruction(event.currentTarget.value)}
                />
              )}
            </Field>
          )}
          <QuotePanel
            live={live}
            submission={submission}
            missing={body === null ? 'Say what should be different to see the price.' : null}
            action={isRegeneration ? 'Regenerate' : 'Create the edit'}
            isAtField={(pointer) => !isRegeneration && pointer === INSTRUCTION}
          />
        </div>
      </div>
    </Dialog>
  );
}
