import type { ComponentChildren } from 'preact';

/** Short texts beside each other with a dot between. Where a line breaks there is no dot, neither at its end nor at the beginning of the next. */
export function Joined(props: { readonly of: readonly ComponentChildren[] }) {
  const parts = props.of.filter(
    (part) => part !== null && part !== undefined && part !== false && part !== '',
  );
  return (
    <span class="joined">
      {parts.map((part, at) => (
        <span key={at} class="joined-part">
          {part}
        </span>
      ))}
    </span>
  );
}
