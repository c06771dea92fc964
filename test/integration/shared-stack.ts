import { inject } from 'vitest';
import type { StackInfo } from '../../dev/stack/stack-info.ts';
import { enterPartDoor } from '../harness/part-door.ts';
import '../harness/provided-context.ts';
import { useStack, type StackInUse } from './running-stack.ts';

/** The stack that files without settings of their own share, each with accounts of its own. `close` leaves it to the others. */
export async function enterSharedStack(): Promise<StackInUse> {
  const { facts, leave } = await enterPartDoor<{ readonly home: string; readonly info: StackInfo }>(
    inject('stackDoor'),
  );
  return useStack({ stack: { info: () => facts.info }, home: facts.home, end: leave });
}
