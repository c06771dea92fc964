import { useState } from 'preact/hooks';
import { usePageParts } from '../../shared/data/page-context.ts';
import { wordsOf } from '../../shared/data/problem-words.ts';
import { Button } from '../../shared/parts/button.tsx';
import { saveFile } from '../../shared/parts/save-file.ts';
import { say } from '../../shared/parts/toasts.tsx';

/** Saves the month's rows as a CSV file. */
export function CsvButton({ month }: { readonly month: string }) {
  const { client } = usePageParts();
  const [isSaving, setIsSaving] = useState(false);
  const save = async () => {
    setIsSaving(true);
    try {
      const file = await client.open({
        path: '/v1/ledger/report',
        query: { month },
        headers: { accept: 'text/csv' },
      });
      saveFile(await file.blob(), `ledger-${month}.csv`);
    } catch (error) {
      say(wordsOf(error).detail, 'bad');
    }
    setIsSaving(false);
  };
  return (
    <Button isSmall onClick={() => void save()} isBusy={isSaving}>
      Download CSV
    </Button>
  );
}
