import { useState } from 'preact/hooks';

/** A longer text is folded. */
const SHOWN_CHARACTERS = 600;

/** A text by a customer or a model: never markup, in its own direction, folded if it is long. */
export function GivenText(props: { readonly text: string }) {
  const [isOpen, setIsOpen] = useState(false);
  const isLong = props.text.length > SHOWN_CHARACTERS;
  const text = isLong && !isOpen ? `${props.text.slice(0, SHOWN_CHARACTERS)}…` : props.text;
  return (
    <>
      <bdi class="given">{text}</bdi>{' '}
      {isLong && (
        <button type="button" class="link-button" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
          {isOpen ? 'Show less' : 'Show all'}
        </button>
      )}
    </>
  );
}
