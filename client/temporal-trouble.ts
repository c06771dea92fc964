import {
  isGrpcCancelledError,
  isGrpcDeadlineError,
  isGrpcServiceError,
  isRetryableError,
  ServiceError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';

/**
 * Whether an error means that Temporal cannot be asked at the moment, rather than that it said no: what the SDK's own retries count
 * as worth another try, and have tried.
 */
export function isTemporalAway(error: unknown): boolean {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return true;
  if (isGrpcDeadlineError(error) || isGrpcCancelledError(error)) return true;
  if (isGrpcServiceError(error)) return isRetryableError(error);
  if (error instanceof ServiceError) return error.cause === undefined || isTemporalAway(error.cause);
  // While a lazy connection cannot be made, the SDK throws a plain Error.
  return error instanceof Error && error.cause !== undefined && isTemporalAway(error.cause);
}
