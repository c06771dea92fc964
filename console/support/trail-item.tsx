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
        <strong>{sentenceOf(props.action)}</strong> by <Actor of={props.actor} />{' '}
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

/** As the API records a person who acts by a key: `key:key_… (Ada Lovelace)`. */
const PERSON_BY_KEY = /^key:(key_[0-9a-z]+) \((.+)\)$/su;

/** Who acted: a person, or the key alone where no name was given. The key is the title of a name. */
function Actor({ of }: { readonly of: string }) {
  const [, key, person] = PERSON_BY_KEY.exec(of) ?? [];
  return person === undefined ? (
    <bdi class="mono">{of.replace(/^key:/, '')}</bdi>
  ) : (
    <bdi title={key}>{person}</bdi>
  );
}
