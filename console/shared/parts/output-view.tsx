import { useEffect, useRef, useState } from 'preact/hooks';
import type { Output } from '../../../client/http/wire-types.ts';
import { useContent } from '../data/content-cache.tsx';
import { wordsOf } from '../data/problem-words.ts';
import { whenCalm } from '../data/when-calm.ts';
import { stateText } from './state-badge.tsx';

type Medium = 'picture' | 'film' | 'sound' | 'other';
type Shown = Pick<Output, 'content_url' | 'content_type' | 'state'>;

function mediumOf({ content_type: type }: Pick<Output, 'content_type'>): Medium {
  if (type?.startsWith('image/') === true) return 'picture';
  if (type?.startsWith('video/') === true) return 'film';
  return type?.startsWith('audio/') === true ? 'sound' : 'other';
}

/** An output as picture, film or sound. `label` describes it. */
export function OutputView(props: { readonly output: Shown; readonly label: string }) {
  const { output, label } = props;
  const content = useContent(output.content_url);
  const medium = mediumOf(output);
  if (output.content_url === null) return <div class="output-none">{stateText(output.state)}</div>;
  if (content.is === 'failed') return <div class="output-none">{wordsOf(content.error).detail}</div>;
  if (content.is === 'coming')
    return <div class="output-none output-coming" role="status" aria-label={`${label} is being fetched`} />;
  switch (medium) {
    case 'picture':
      return <img class="output-picture" src={content.url} alt={label} />;
    case 'film':
      return <video class="output-picture" src={content.url} aria-label={label} controls playsInline />;
    case 'sound':
      return <audio class="output-sound" src={content.url} aria-label={label} controls />;
    case 'other':
      return <div class="output-none">A file to download</div>;
  }
}

const GLYPHS: Readonly<Record<Exclude<Medium, 'picture'>, string>> = {
  film: 'M9 7.5v9l7.5-4.5z',
  sound: 'M6 10v4M9.5 7v10M13 9v6M16.5 6v12M20 10v4',
  other: 'M7 4h7l4 4v12H7z',
};

/** A small picture of an output, fetched once it is in view and the page is not scrolled; for a film or a sound, a sign. */
export function Thumbnail(props: { readonly output: Shown | undefined; readonly isActive?: boolean }) {
  const element = useRef<HTMLDivElement>(null);
  const [isSeen, setIsSeen] = useState(false);
  useEffect(() => {
    if (element.current === null) return;
    let drop = () => {};
    const see = () => setIsSeen(true);
    const observer = new IntersectionObserver((entries) => {
      drop();
      if (entries.at(-1)?.isIntersecting === true) drop = whenCalm(see);
    });
    observer.observe(element.current);
    return () => {
      observer.disconnect();
      drop();
    };
  }, []);
  const { output } = props;
  const medium = output === undefined ? 'other' : mediumOf(output);
  const isPicture = medium === 'picture' && output?.content_url !== null;
  const content = useContent(isSeen && isPicture ? (output?.content_url ?? null) : null);
  return (
    <div
      ref={element}
      class={props.isActive === true ? 'thumbnail thumbnail-active' : 'thumbnail'}
      aria-hidden="true"
    >
      {isPicture && content.is === 'there' && <img src={content.url} alt="" decoding="async" />}
      {output === undefined && props.isActive !== true && (
        <svg viewBox="0 0 24 24" width="22" height="22">
          <path d="M8 12h8" class="glyph-line" />
        </svg>
      )}
      {output !== undefined && output.content_url !== null && medium !== 'picture' && (
        <svg viewBox="0 0 24 24" width="22" height="22">
          <path d={GLYPHS[medium]} class={medium === 'film' ? 'glyph-full' : 'glyph-line'} />
        </svg>
      )}
    </div>
  );
}
