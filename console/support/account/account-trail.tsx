import type { AccountAction } from '../../../client/http/wire-types.ts';
import { useList } from '../../shared/data/use-list.ts';
import { usePageParts } from '../../shared/data/page-context.ts';
import { Empty } from '../../shared/parts/notice.tsx';
import { Section } from '../../shared/parts/shell.tsx';
import { ListFrame } from '../../shared/parts/table.tsx';
import { TrailDetail } from '../trail-detail.tsx';
import { TrailItem } from '../trail-item.tsx';

/** Support's actions on the account, newest first. A change of `version` reads them again. */
export function AccountTrail(props: { readonly accountId: string; readonly version: number }) {
  const { client } = usePageParts();
  const { accountId, version } = props;
  const actions = useList<AccountAction>(
    `actions ${String(version)}`,
    (cursor, signal) => client.accounts.actions(accountId, { signal }).page(cursor),
    { nameOf: ({ id }) => id },
  );
  return (
    <Section title="Audit trail">
      <ListFrame of={actions} label="Audit trail" empty={<Empty title="Nothing was done to this account" />}>
        {(rows) => (
          <ol class="trail">
            {rows.map(({ id, at, actor, action, reason, detail }) => (
              <TrailItem key={id} action={action} actor={actor} at={at} reason={reason}>
                <TrailDetail of={detail} />
              </TrailItem>
            ))}
          </ol>
        )}
      </ListFrame>
    </Section>
  );
}
