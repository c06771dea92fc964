import type { ComponentChildren } from 'preact';

/** Short texts side by side with a dot between them. At the break of a line there is no dot. */
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
