import { describe, expect, test } from 'vitest';
import { groupCommit, GroupCommitFault, GroupCommitFull } from '../../ledger/group-commit.ts';

/** A verb whose calls are answered by hand: what was sent, and the way to let each go. */
function openVerb() {
  const sent: (readonly number[])[] = [];
  const gates: (() => void)[] = [];
  const verb = async (items: readonly number[]) => {
    sent.push(items);
    await new Promise<void>((resolve) => gates.push(resolve));
    return items.map((item) => item * 10);
  };
  return { verb, sent, letGo: () => gates.shift()?.() };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('groupCommit', () => {
  test('a call that comes alone is sent within its turn of the event loop', async () => {
    const { verb, sent } = openVerb();
    void groupCommit(verb)(1);
    await turn();
    expect(sent).toEqual([[1]]);
  });

  test('calls of one turn are sent together, those made meanwhile in the next batch, and each gets its own result', async () => {
    const { verb, sent, letGo } = openVerb();
    const call = groupCommit(verb);
    const answers = [call(1), call(2)];
    await turn();
    answers.push(call(3), call(4));
    letGo();
    await turn();
    expect(sent).toEqual([
      [1, 2],
      [3, 4],
    ]);
    letGo();
    expect(await Promise.all(answers)).toEqual([10, 20, 30, 40]);
  });

  test('a call after a quiet time is sent at once', async () => {
    const { verb, sent, letGo } = openVerb();
    const call = groupCommit(verb);
    const first = call(1);
    await turn();
    letGo();
    await first;
    void call(2);
    await turn();
    expect(sent).toEqual([[1], [2]]);
  });

  test('a batch grows up to 256 while the verb does all of it', async () => {
    const { verb, sent, letGo } = openVerb();
    const call = groupCommit(verb);
    for (let item = 0; item < 1_000; item++) void call(item);
    await turn();
    for (let batch = 0; batch < 7; batch++) {
      letGo();
      await turn();
    }
    expect(sent.map((items) => items.length)).toEqual([32, 48, 72, 108, 162, 243, 256, 79]);
  });

  test('items that a verb did not do are sent again first, in batches of the size that it did', async () => {
    const sent: (readonly number[])[] = [];
    const call = groupCommit(async (items: readonly number[]) => {
      sent.push(items);
      await turn();
      return items.slice(0, 3).map((item) => item * 10);
    });
    const results = await Promise.all(Array.from({ length: 9 }, (_, item) => call(item)));
    expect(results).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80]);
    expect(sent).toEqual([
      [0, 1, 2, 3, 4, 5, 6, 7, 8],
      [3, 4, 5],
      [6, 7, 8],
    ]);
  });

  test('a batch that fails is sent again item by item, and only the bad item fails', async () => {
    const sizes: number[] = [];
    const call = groupCommit(async (items: readonly number[]) => {
      await turn();
      sizes.push(items.length);
      if (items.includes(13)) throw new Error('bad item');
      return items;
    });
    const answers = await Promise.allSettled([12, 13, 14].map((item) => call(item)));
    expect(answers.map((answer) => answer.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(sizes).toEqual([3, 1, 1, 1]);
  });

  test('an item that fails alone is not sent again', async () => {
    let calls = 0;
    const call = groupCommit(() => {
      calls += 1;
      return Promise.reject(new Error('away'));
    });
    await expect(call(1)).rejects.toThrow('away');
    expect(calls).toBe(1);
  });

  test('items of a failed batch are retried at most 8 at a time', async () => {
    let underWay = 0;
    let most = 0;
    const call = groupCommit(async (items: readonly number[]) => {
      underWay += 1;
      most = Math.max(most, underWay);
      await turn();
      underWay -= 1;
      if (items.length > 1) throw new Error('as a whole');
      return items;
    });
    await Promise.all(Array.from({ length: 50 }, (_, item) => call(item)));
    expect(most).toBe(8);
  });

  test('a verb that returns no result, or more results than items, fails the call', async () => {
    await expect(groupCommit(() => Promise.resolve([]))(1)).rejects.toThrow(GroupCommitFault);
    await expect(groupCommit(() => Promise.resolve([1, 2]))(1)).rejects.toThrow(GroupCommitFault);
  });

  test('a call beyond 100,000 that wait is refused at once', async () => {
    const { verb } = openVerb();
    const call = groupCommit(verb);
    for (let item = 0; item < 100_000; item++) void call(item);
    await expect(call(0)).rejects.toBeInstanceOf(GroupCommitFull);
  });
});
