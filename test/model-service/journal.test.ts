import path from 'node:path';
import { expect, it } from 'vitest';
import { Journal, readJournal } from '../../model-service/predictions/journal.ts';
import { makeTemporaryHome } from '../harness/temporary-home.ts';

it('a journal that is compacted during a write has no line twice, and takes further lines', async () => {
  const { home, remove } = await makeTemporaryHome('journal');
  const file = path.join(home, 'journal.jsonl');
  const journal = new Journal(file);
  const appended: number[] = [];
  const append = (line: number) => {
    appended.push(line);
    return journal.append(line);
  };
  await append(1);
  const written = [append(2), append(3)];
  // The write of 2 and 3 has begun when 4 is appended.
  await Promise.resolve().then(() => undefined);
  written.push(append(4), ...[1, 2].map(() => journal.compact(0, () => [...appended])));
  written.push(append(5));
  await Promise.all(written);
  expect(readJournal(file)).toEqual([1, 2, 3, 4, 5]);
  await append(6);
  await journal.close();
  expect(readJournal(file)).toEqual([1, 2, 3, 4, 5, 6]);
  await remove();
});
