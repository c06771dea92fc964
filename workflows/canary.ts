import { condition } from '@temporalio/workflow';

/**
 * Does nothing, forever. While it is found, "not found" for another workflow means that it is gone; when it is not, the
 * reconciler is looking into the wrong namespace.
 */
export async function canary(): Promise<void> {
  await condition(() => false);
}
