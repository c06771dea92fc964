import { useMemo } from 'preact/hooks';
import type { Inspection, Job } from '../../../client/http/wire-types.ts';
import { exactText } from '../../shared/parts/instant.tsx';
import { Field } from '../../shared/parts/field.tsx';
import { FigureField } from '../../shared/parts/figure-field.tsx';
import type { Arguments } from './command-arguments.ts';

type Chosen = {
  readonly chosen: Arguments;
  readonly onChoose: (some: Partial<Arguments>) => void;
};

const MINUTE_MS = 60_000;
const LATER = [
  { minutes: 15, text: '15 minutes' },
  { minutes: 60, text: '1 hour' },
  { minutes: 4 * 60, text: '4 hours' },
  { minutes: 24 * 60, text: '1 day' },
  { minutes: 3 * 24 * 60, text: '3 days' },
] as const;

/** How much later than the current deadline, or than now if that has passed. The preview says until when it is. */
export function ExtendFields(props: Chosen & { readonly of: Job }) {
  const { chosen, onChoose, of } = props;
  const from = useMemo(() => Date.parse(chosen.until) - 60 * MINUTE_MS, []);
  const instants = LATER.map(({ minutes, text }) => ({
    text,
    at: new Date(from + minutes * MINUTE_MS).toISOString(),
  }));
  return (
    <Field
      label="How much later"
      hint={`Without it the credits return at ${exactText(of.returned_automatically_by)}.`}
    >
      {(control) => (
        <select
          {...control}
          class="input"
          value={chosen.until}
          onChange={(event) => onChoose({ until: event.currentTarget.value })}
        >
          {instants.map(({ at, text }) => (
            <option key={at} value={at}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** How many credits to refund, and of which output. */
export function RefundFields(
  props: Chosen & {
    readonly of: Inspection;
    /** Those of which the server says that a refund can be limited to them. */
    readonly outputIds: readonly string[];
  },
) {
  const { chosen, onChoose, of, outputIds } = props;
  return (
    <>
      {of.outputs.length > 1 && (
        <Field label="Of">
          {(control) => (
            <select
              {...control}
              class="input"
              value={chosen.output}
              onChange={(event) => onChoose({ output: event.currentTarget.value })}
            >
              <option value="">The whole job</option>
              {outputIds.map((id) => (
                <option key={id} value={id}>
                  {id}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
      <FigureField
        label="Credits"
        isOptional
        least={1}
        hint="Empty: all that was charged and not yet given back."
        value={chosen.credits}
        onText={(credits) => onChoose({ credits })}
      />
    </>
  );
}

const OUTCOMES = [
  { value: 'did_not_run', text: 'It did not run' },
  { value: 'ran', text: 'It ran' },
] as const;

/** The outcome of an attempt that is in doubt, as support found it. */
export function ResolveFields({ chosen, onChoose }: Chosen) {
  return (
    <>
      <fieldset class="radios">
        <legend class="field-label">What the provider shows about the attempt</legend>
        {OUTCOMES.map(({ value, text }) => (
          <label key={value} class="radio">
            <input
              type="radio"
              name="outcome"
              value={value}
              checked={chosen.outcome === value}
              onChange={() => onChoose({ outcome: value })}
            />
            {text}
          </label>
        ))}
      </fieldset>
      {chosen.outcome === 'ran' && (
        <Field label="Its id at the provider" isOptional hint="Empty: the provider is asked for it.">
          {(control) => (
            <input
              {...control}
              class="input mono"
              maxLength={300}
              spellcheck={false}
              value={chosen.providerJob}
              onInput={(event) => onChoose({ providerJob: event.currentTarget.value })}
            />
          )}
        </Field>
      )}
    </>
  );
}
