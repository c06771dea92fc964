import { useMemo, useState } from 'preact/hooks';
import type { ApiKey } from '../../../client/http/wire-types.ts';
import { useList } from '../../shared/data/use-list.ts';
import { usePageParts } from '../../shared/data/page-context.ts';
import { Instant } from '../../shared/parts/instant.tsx';
import { Section } from '../../shared/parts/shell.tsx';
import type { Column } from '../../shared/parts/table.tsx';
import { actColumn } from '../act/act-column.tsx';
import { ActDialog, type ActDialogProps } from '../act/act-dialog.tsx';
import { IdText } from '../id-text.tsx';
import { ListTable } from '../list-table.tsx';

const COLUMNS: readonly Column<ApiKey>[] = [
  { name: 'Key', cell: ({ name }) => <bdi>{name}</bdi> },
  { name: 'Scopes', cell: ({ scopes }) => scopes.join(', ') },
  { name: 'Created', cell: (key) => <Instant at={key.created_at} as="day" /> },
  { name: 'State', cell: (key) => <KeyState of={key} /> },
  { name: 'Id', cell: ({ id }) => <IdText id={id} /> },
];

function KeyState({ of }: { readonly of: ApiKey }) {
  const { revoked_at: revoked, expires_at: end } = of;
  if (revoked !== null) {
    return (
      <>
        Revoked <Instant at={revoked} as="day" />
      </>
    );
  }
  if (end === null) return <>Works</>;
  return Date.parse(end) <= Date.now() ? (
    <>
      Replaced, ended <Instant at={end} as="day" />
    </>
  ) : (
    <>
      Replaced, works until <Instant at={end} as="exact" />
    </>
  );
}

/**
 * The account's keys, which support can revoke. Secrets are stored nowhere and a new one is shown to its owner only, so
 * the owner replaces a key, or the operator at the command line.
 */
export function AccountKeys({ onTold }: { readonly onTold: () => void }) {
  const { client } = usePageParts();
  const [revoked, setRevoked] = useState<ApiKey | null>(null);
  const keys = useList<ApiKey>('keys', (cursor, signal) => client.keys.list({ signal }).page(cursor), {
    nameOf: ({ id }) => id,
  });
  const columns = useMemo(() => [...COLUMNS, revokeColumn(setRevoked)], []);
  return (
    <Section title="Keys">
      <ListTable of={keys} label="Keys" tableLabel="Keys, newest first" empty="No keys" columns={columns} />
      {revoked !== null && (
        <RevokeDialog
          of={revoked}
          onClose={() => setRevoked(null)}
          onTold={() => {
            keys.reload();
            onTold();
          }}
        />
      )}
    </Section>
  );
}

const revokeColumn = (open: (key: ApiKey) => void) =>
  actColumn('Revoke', {
    open,
    labelOf: (key: ApiKey) => `Revoke the key ${key.name}`,
    isOffered: (key) => key.revoked_at === null,
  });

function RevokeDialog({ of: key, ...rest }: ActDialogProps<ApiKey>) {
  const { client } = usePageParts();
  return (
    <ActDialog
      of={{
        title: 'Revoke this key',
        verb: 'Revoke',
        isDanger: true,
        asked: key.id,
        preview: (signal) => client.keys.previewRevoke(key.id, { signal }),
        act: (reason, { asOf }) => client.keys.revoke(key.id, reason, { asOf }),
        resultOf: () => (
          <p>
            <bdi>{key.name}</bdi> is refused from now on.
          </p>
        ),
      }}
      {...rest}
    >
      <p>It cannot be undone: its owner needs another key.</p>
    </ActDialog>
  );
}
