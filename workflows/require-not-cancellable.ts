import { CancellationScope } from '@temporalio/workflow';

/**
 * Throws where a cancel of the workflow would break off what must come to its end: a settlement, the undo of an
 * admission, an update that is under way. It is a fault of workflow code: the workflow task fails, and goes on once the
 * code is fixed.
 */
export function requireNotCancellable(what: string): void {
  if (CancellationScope.current().cancellable)
    throw new TypeError(`${what} must be called where it cannot be cancelled`);
}
