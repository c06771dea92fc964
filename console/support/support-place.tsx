import { Empty } from '../shared/parts/notice.tsx';
import { PageHead } from '../shared/parts/shell.tsx';
import { isIdPart } from '../shared/router.tsx';
import { AccountPage } from './account/account-page.tsx';
import { FindPage } from './find/find-page.tsx';
import { SupportJobPage } from './job/support-job-page.tsx';
import { LedgerPage } from './ledger/ledger-page.tsx';
import { ModelsPage } from './models/models-page.tsx';
import { NowPage } from './now/now-page.tsx';
import { ReviewsPage } from './reviews/reviews-page.tsx';

/** The page of a path. */
export function SupportPlace({ path }: { readonly path: readonly string[] }) {
  const [place = 'now', id] = path;
  switch (isIdPart(id) ? place : '') {
    case 'now':
      return <NowPage />;
    case 'find':
      return <FindPage />;
    case 'jobs':
      return id === undefined ? <FindPage /> : <SupportJobPage jobId={id} />;
    case 'reviews':
      return <ReviewsPage reviewId={id} />;
    case 'accounts':
      return id === undefined ? <FindPage /> : <AccountPage accountId={id} />;
    case 'ledger':
      return <LedgerPage />;
    case 'models':
      return <ModelsPage />;
    default:
      return (
        <>
          <PageHead title="Holdfast support" />
          <Empty title="There is no such page">
            Choose one above, or press / to find anything by its id.
          </Empty>
        </>
      );
  }
}
