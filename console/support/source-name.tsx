import type { GrantSource } from '../../domain/credits/grant-rules.ts';
import { colorOfSource } from '../shared/chart/series-colors.ts';
import { sentenceOf } from '../shared/parts/state-badge.tsx';

/** A source of credits in a table, with its color in the charts beside it. */
export function SourceName({ of }: { readonly of: GrantSource }) {
  return (
    <strong class="source-name">
      <span class={`swatch ${colorOfSource(of)}`} aria-hidden="true" />
      {sentenceOf(of)}
    </strong>
  );
}
