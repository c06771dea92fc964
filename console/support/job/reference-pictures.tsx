import type { OutputReference } from '../../../client/http/wire-types.ts';
import { usePageParts } from '../../shared/data/page-context.ts';
import { useResource } from '../../shared/data/use-resource.ts';
import { GivenText } from '../../shared/parts/given-text.tsx';
import { Shown } from '../../shared/parts/notice.tsx';
import { OutputView } from '../../shared/parts/output-view.tsx';

/** The reference pictures of a brief, as the model received them. */
export function ReferencePictures({ outputId }: { readonly outputId: string }) {
  const { client } = usePageParts();
  const references = useResource(`references of ${outputId}`, (signal) =>
    client.outputs.references(outputId, { signal }),
  );
  return (
    <Shown of={references} label="The references" lines={3}>
      {(found) => (
        <ul class="references">
          {found.map((reference) => (
            <li key={reference.number}>
              <Picture of={reference} />
            </li>
          ))}
        </ul>
      )}
    </Shown>
  );
}

function Picture({ of }: { readonly of: OutputReference }) {
  const label = `Reference ${String(of.number)}`;
  return (
    <figure class="reference">
      {of.state === 'kept' && of.content_url !== null ? (
        <OutputView output={{ ...of, state: 'succeeded' }} label={label} />
      ) : (
        <div class="output-none">{whyNone(of)}</div>
      )}
      <figcaption class="small muted">
        {label}: <GivenText text={of.url} />
      </figcaption>
    </figure>
  );
}

function whyNone({ state, detail }: OutputReference): string {
  switch (state) {
    case 'fetching':
      return 'It is not fetched yet';
    case 'refused':
      return `Refused: ${detail ?? 'it could not be fetched'}`;
    case 'kept':
      return 'It is kept no longer';
  }
}
