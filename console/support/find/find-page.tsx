import { useEffect, useRef, useState } from 'preact/hooks';
import { useResource } from '../../shared/data/use-resource.ts';
import { usePageParts } from '../../shared/data/page-context.ts';
import { Field } from '../../shared/parts/field.tsx';
import { Empty, Shown } from '../../shared/parts/notice.tsx';
import { PageHead, Section } from '../../shared/parts/shell.tsx';
import { sentenceOf } from '../../shared/parts/state-badge.tsx';
import { hrefTo, Link, useFilter } from '../../shared/router.tsx';
import { useRecentList } from './recent.ts';
import { FIND_FIELD } from './use-find-key.ts';
import { placeOfFound, type Found } from './found.ts';

const TYPING_MS = 180;

/** Finds anything by its id, or an account by its name. */
export function FindPage() {
  const [asked, setAsked] = useFilter('q');
  const [text, setText] = useState(asked ?? '');
  const field = useRef<HTMLInputElement>(null);
  const written = useRef(asked);
  useEffect(() => field.current?.focus(), []);
  // The address also changes by itself: by a link to Find, by going back.
  useEffect(() => {
    if (asked === written.current) return;
    written.current = asked;
    setText(asked ?? '');
  }, [asked]);
  useEffect(() => {
    const next = text.trim() === '' ? null : text.trim();
    if (next === asked) return;
    const timer = setTimeout(() => {
      written.current = next;
      setAsked(next);
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <>
      <PageHead title="Find" />
      <div class="find-field">
        <Field
          label="An id, or an account’s name"
          hint="Of a job, account, output, attempt, provider job, reservation, grant, entry, quote or webhook. Press / to come here from any page."
        >
          {({ id: _, ...control }) => (
            <input
              {...control}
              id={FIND_FIELD}
              aria-label="An id, or an account’s name"
              ref={field}
              class="input"
              type="search"
              autocomplete="off"
              spellcheck={false}
              maxLength={200}
              value={text}
              onInput={(event) => setText(withoutSecret(event.currentTarget.value))}
            />
          )}
        </Field>
      </div>
      {asked === null ? <RecentOnes /> : <Results text={asked} />}
    </>
  );
}

/** A pasted key or token becomes its id: the text goes into the address, and so into the browser's history. */
const withoutSecret = (text: string) =>
  text
    .replace(/hf_(?:live|test)_([0-9a-f]{20})_\S*/g, 'key_$1')
    .replace(/hf_(portal|console)_([0-9a-f]{20})_\S*/g, '$1_$2');

function Results({ text }: { readonly text: string }) {
  const { client } = usePageParts();
  const found = useResource(`search ${text}`, (signal) => client.search(text, { signal }));
  return (
    <Section title="Found">
      <Shown of={found} label="What was found">
        {(rows) =>
          rows.length === 0 ? (
            <Empty title="Nothing has this id or name">Enter a whole id, or the beginning of a name.</Empty>
          ) : (
            <FoundList rows={rows} />
          )
        }
      </Shown>
    </Section>
  );
}

function RecentOnes() {
  const recent = useRecentList();
  if (recent.length === 0) return <Empty title="What you look at is listed here" />;
  return (
    <Section title="Recent">
      <FoundList rows={recent.map((one) => ({ ...one, account_id: null }))} />
    </Section>
  );
}

function FoundList({ rows }: { readonly rows: readonly Found[] }) {
  return (
    <ul class="found card card-flush">
      {rows.map((one) => (
        <li key={`${one.type} ${one.id}`}>
          <FoundLine of={one} place={placeOfFound(one)} />
        </li>
      ))}
    </ul>
  );
}

function FoundLine({ of, place }: { readonly of: Found; readonly place: readonly string[] | null }) {
  const line = (
    <>
      <span class="found-type">{sentenceOf(place === null ? `platform_${of.type}` : of.type)}</span>
      <bdi class="found-label">{of.label}</bdi>
      <span class="mono small muted found-id">{of.id}</span>
    </>
  );
  return place === null ? (
    <div class="found-line found-still">{line}</div>
  ) : (
    <Link to={hrefTo(place)} class="found-line">
      {line}
    </Link>
  );
}
