import { usePageParts } from '../shared/data/page-context.ts';
import { useResource } from '../shared/data/use-resource.ts';
import { hrefTo, Link } from '../shared/router.tsx';

/** A link to an account by its name; by its id until the name is read. */
export function AccountLink({ accountId }: { readonly accountId: string }) {
  const { client } = usePageParts();
  const { data } = useResource(`name of ${accountId}`, (signal) =>
    client.accounts.retrieve(accountId, { signal }),
  );
  return (
    <Link to={hrefTo(['accounts', accountId])} class="job-title">
      Account <bdi>{data?.name ?? accountId}</bdi>
    </Link>
  );
}
