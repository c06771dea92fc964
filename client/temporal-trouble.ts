import {
  isGrpcCancelledError,
  isGrpcDeadlineError,
  isGrpcServiceError,
  isRetryableError,
  ServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';

/**
 * Whether an error means that Temporal cannot be reached now, rather than that it refused: what the SDK's own retries
 * count as worth another try.
 */
export function isTemporalAway(error: unknown): boolean {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return true;
  if (isGrpcDeadlineError(error) || isGrpcCancelledError(error)) return true;
  if (isGrpcServiceError(error)) return isRetryableError(error);
  if (error instanceof ServiceError) return error.cause === undefined || isTemporalAway(error.cause);
  // Until a lazy connection is made, the SDK throws a plain Error.
  return error instanceof Error && error.cause !== undefined && isTemporalAway(error.cause);
}

/** The workflow had closed before the start, or closed without an answer to it. */
export function isClosed(error: unknown): boolean {
  return (
    error instanceof WorkflowExecutionAlreadyStartedError ||
    error instanceof WorkflowNotFoundError ||
    error instanceof WorkflowUpdateFailedError ||
    isEndedBeforeAnswer(error)
  );
}

/** grpc-status NOT_FOUND. The detail's type tells a missing workflow from a missing namespace. */
const GRPC_NOT_FOUND = 5;
const MULTI_OPERATION_FAILURE = 'temporal.api.errordetails.v1.MultiOperationExecutionFailure';

/** Ended from outside before the update was accepted; the SDK passes on the server's error. */
function isEndedBeforeAnswer(error: unknown): boolean {
  if (!isGrpcServiceError(error) || (error.code as number) !== GRPC_NOT_FOUND) return false;
  return error.metadata
    .get('grpc-status-details-bin')
    .some((detail) => detail.includes(MULTI_OPERATION_FAILURE));
}
