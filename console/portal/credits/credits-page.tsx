import { useResource } from '../../shared/data/use-resource.ts';
import { usePageParts } from '../../shared/data/page-context.ts';
import { Money } from '../../shared/parts/money.tsx';
import { Shown } from '../../shared/parts/notice.tsx';
import { PageHead } from '../../shared/parts/shell.tsx';

/** What an account has, and where it went. */
export function CreditsPage() {
  const { client } = usePageParts();
  const balance = useResource('balance', (signal) => client.balance({ signal }), { on: () => true });
  return (
    <>
      <PageHead title="Credits" />
      <Shown of={balance} label="Your balance">
        {({ available }) => (
          <p>
            <Money credits={available} isNamed />
          </p>
        )}
      </Shown>
    </>
  );
}
