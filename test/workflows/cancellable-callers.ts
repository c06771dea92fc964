import { CancellationScope } from '@temporalio/workflow';
import { untilHandlersFinish } from '../../workflows/closing/until-handlers-finish.ts';
import { requireNotCancellable } from '../../workflows/require-not-cancellable.ts';

/** The results of a guarded function in a scope that a cancel reaches, and in one that none reaches. */
export async function guarded(): Promise<readonly [cancellable: string, notCancellable: string]> {
  const said = (call: () => Promise<void>) => call().then(() => 'done', String);
  return [
    await said(untilHandlersFinish),
    await CancellationScope.nonCancellable(() =>
      said(() =>
        Promise.resolve()
          .then(() => {
            requireNotCancellable('a part of it');
          })
          .then(untilHandlersFinish),
      ),
    ),
  ];
}
