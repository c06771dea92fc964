/** A filter with a few values, one of which is chosen; null: all. */
export function ChoiceBar(props: {
  readonly label: string;
  readonly choices: readonly { readonly value: string | null; readonly text: string }[];
  readonly value: string | null;
  readonly onChoose: (value: string | null) => void;
}) {
  return (
    <div class="choices" role="group" aria-label={props.label}>
      {props.choices.map(({ value, text }) => (
        <button
          key={text}
          type="button"
          class="choice"
          aria-pressed={value === props.value}
          onClick={() => props.onChoose(value)}
        >
          {text}
        </button>
      ))}
    </div>
  );
}
