import type { ComponentChildren } from 'preact';
import { GivenText } from '../shared/parts/given-text.tsx';
import { Instant } from '../shared/parts/instant.tsx';
import { sentenceOf } from '../shared/parts/state-badge.tsx';

/** An action of support: what, who, when and why, with its result below. */
export function TrailItem(props: {
  readonly action: string;
  readonly actor: string;
  readonly at: string;
  readonly reason: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <li class="trail-item">
      <p>
        <strong>{sentenceOf(props.action)}</strong> by <bdi>{props.actor}</bdi>{' '}
        <span class="muted">
          <Instant at={props.at} />
        </span>
      </p>
      <p>
        <GivenText text={props.reason} />
      </p>
      {props.children}
    </li>
  );
}
