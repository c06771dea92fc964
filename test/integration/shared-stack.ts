import { inject } from 'vitest';
import type { StackInfo } from '../../dev/stack/stack-info.ts';
import { leaseService } from '../harness/leased-service.ts';
import '../harness/provided-context.ts';
import { useStack, type StackInUse } from './running-stack.ts';

/** The stack that files without settings of their own share, each with accounts of its own. `close` leaves it to the others. */
export async function leaseSharedStack(): Promise<StackInUse> {
  const { facts, release } = await leaseService<{ readonly home: string; readonly info: StackInfo }>(
    inject('stackLeases'),
  );
  return useStack({ stack: { info: () => facts.info }, home: facts.home, end: release });
}
