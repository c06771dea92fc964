import { isGrpcServiceError } from '@temporalio/client';

/** Of grpc-status. */
const GRPC = { CANCELLED: 1, DEADLINE_EXCEEDED: 4, NOT_FOUND: 5, UNAVAILABLE: 14 } as const;

/** By grpc-status, what an operator can mend: a role, a key, a limit. */
const REFUSALS: Readonly<Record<number, string>> = {
  7: 'PERMISSION_DENIED',
  8: 'RESOURCE_EXHAUSTED',
  16: 'UNAUTHENTICATED',
};

/**
 * Why Temporal did not do what it was asked, in a sentence. It names the status of the response, not its text: a probe's
 * response is public.
 */
export function describeTemporalFault(error: unknown, namespace: string, timeoutMs: number): string {
  // A connection that cannot be made is a plain Error of the SDK.
  const code = isGrpcServiceError(error) ? (error.code as number) : GRPC.UNAVAILABLE;
  switch (code) {
    case GRPC.NOT_FOUND:
      return `Temporal has no namespace ${namespace}.`;
    case GRPC.CANCELLED:
    case GRPC.DEADLINE_EXCEEDED:
      return `Temporal did not respond within ${String(timeoutMs)} ms.`;
    case GRPC.UNAVAILABLE:
      return 'Temporal cannot be reached.';
    default:
      return `Temporal responded with an error: ${REFUSALS[code] ?? `grpc-status ${String(code)}`}.`;
  }
}
