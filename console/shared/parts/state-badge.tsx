/** The meaning of a badge's color; its word says the same. */
export type Tone = 'neutral' | 'active' | 'good' | 'warning' | 'bad';

const TONES: Readonly<Record<string, Tone>> = {
  queued: 'neutral',
  running: 'active',
  stuck: 'warning',
  succeeded: 'good',
  partially_succeeded: 'warning',
  failed: 'bad',
  canceled: 'neutral',
  open: 'active',
  decided: 'neutral',
};
const WORDS: Readonly<Record<string, string>> = {
  stuck: 'Taking long',
  partially_succeeded: 'Partly delivered',
  succeeded: 'Delivered',
  canceled: 'Canceled',
};

/** The word for a state of a job, an output or a review. */
export const stateText = (state: string) => WORDS[state] ?? sentenceOf(state);

/** Names whose words belong together. */
const JOINED_NAMES: Readonly<Record<string, string>> = { sign_up: 'sign-up', top_up: 'top-up' };

/** `static_ad` as `Static ad`: a name of the catalogue for people. */
export function sentenceOf(name: string): string {
  const words = (JOINED_NAMES[name] ?? name)
    .replaceAll('_', ' ')
    .replaceAll(/\burls?\b/g, (word) => `URL${word.slice(3)}`)
    .trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function Badge(props: { readonly tone: Tone; readonly children: string }) {
  return (
    <span class={`badge badge-${props.tone}`}>
      <span class="badge-dot" aria-hidden="true" />
      {props.children}
    </span>
  );
}

export function StateBadge(props: { readonly state: string; readonly text?: string }) {
  return <Badge tone={TONES[props.state] ?? 'neutral'}>{props.text ?? stateText(props.state)}</Badge>;
}
