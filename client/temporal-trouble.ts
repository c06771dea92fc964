import {
  isGrpcCancelledError,
  isGrpcDeadlineError,
  isGrpcServiceError,
  ServiceError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';

/** gRPC codes by which a server says "not now" (or is not there to say it); the SDK has retried them already. */
const NOT_NOW: ReadonlySet<number> = new Set([
  1, // CANCELLED
  4, // DEADLINE_EXCEEDED
  8, // RESOURCE_EXHAUSTED
  10, // ABORTED
  14, // UNAVAILABLE
]);

/** Whether an error means that Temporal cannot be asked at the moment, rather than that it said no. */
export function isTemporalAway(error: unknown): boolean {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return true;
  if (isGrpcDeadlineError(error) || isGrpcCancelledError(error)) return true;
  if (isGrpcServiceError(error)) return NOT_NOW.has(error.code);
  if (error instanceof ServiceError) return error.cause === undefined || isTemporalAway(error.cause);
  // What the SDK throws while a lazy connection cannot be made is a plain Error of its own.
  return error instanceof Error && error.cause !== undefined && isTemporalAway(error.cause);
}
