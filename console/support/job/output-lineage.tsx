import { useResource } from '../../shared/data/use-resource.ts';
import { usePageParts } from '../../shared/data/page-context.ts';
import { hrefTo, Link } from '../../shared/router.tsx';

/** The output it was made from, and those made from it. */
export function OutputLineage({ outputId }: { readonly outputId: string }) {
  const { client } = usePageParts();
  const { data } = useResource(`lineage ${outputId}`, (signal) =>
    client.outputs.retrieve(outputId, { signal }),
  );
  if (data === null) return null;
  const { source_output_id: source, derived_output_ids: derived } = data;
  if (source === null && derived.length === 0) return null;
  return (
    <div class="lineage small">
      {source !== null && (
        <p>
          Made from <OutputLink id={source} />
        </p>
      )}
      {derived.length > 0 && (
        <p>
          Made from it{' '}
          {derived.map((id) => (
            <span key={id}>
              <OutputLink id={id} />{' '}
            </span>
          ))}
        </p>
      )}
    </div>
  );
}

function OutputLink({ id }: { readonly id: string }) {
  return (
    <Link to={hrefTo(['find'], { q: id })} class="mono">
      {id}
    </Link>
  );
}
