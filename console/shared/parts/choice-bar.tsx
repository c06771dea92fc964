/** A filter with a few values, one of which is chosen; null, or a value of an address that is none of them: all. */
export function ChoiceBar(props: {
  readonly label: string;
  readonly choices: readonly { readonly value: string | null; readonly text: string }[];
  readonly value: string | null;
  readonly onChoose: (value: string | null) => void;
}) {
  const chosen = props.choices.some(({ value }) => value === props.value) ? props.value : null;
  return (
    <div class="choices" role="group" aria-label={props.label}>
      {props.choices.map(({ value, text }) => (
        <button
          key={text}
          type="button"
          class="choice"
          aria-pressed={value === chosen}
          onClick={() => props.onChoose(value)}
        >
          {text}
        </button>
      ))}
    </div>
  );
}
