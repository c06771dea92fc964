import { condition } from '@temporalio/workflow';

/**
 * Does nothing, forever. While it is found, "not found" of another workflow means that it is gone; otherwise the
 * reconciler looks into the wrong namespace.
 */
export async function canary(): Promise<void> {
  await condition(() => false);
}
