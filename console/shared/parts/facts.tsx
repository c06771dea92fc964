import type { ComponentChildren } from 'preact';

type Fact = { readonly name: string; readonly value: ComponentChildren };

/** Pairs of a name and a value, one a line. */
export function Facts(props: { readonly of: readonly (Fact | null | false)[] }) {
  return (
    <dl class="facts">
      {props.of.map(
        (fact) =>
          fact !== null &&
          fact !== false && (
            <div key={fact.name} class="fact">
              <dt>{fact.name}</dt>
              <dd>{fact.value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
