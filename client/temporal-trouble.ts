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

/** It had closed before the start came, closed while the answer was waited for, or closed without giving one. */
export function isClosed(error: unknown): boolean {
  return (
    error instanceof WorkflowExecutionAlreadyStartedError ||
    error instanceof WorkflowNotFoundError ||
    error instanceof WorkflowUpdateFailedError ||
    isEndedBeforeAnswer(error)
  );
}

/** grpc-status NOT_FOUND, and the type of the detail by which it is not of a namespace. */
const GRPC_NOT_FOUND = 5;
const MULTI_OPERATION_FAILURE = 'temporal.api.errordetails.v1.MultiOperationExecutionFailure';

/** Ended from outside before the update was accepted: the SDK passes on what the server says. */
function isEndedBeforeAnswer(error: unknown): boolean {
  if (!isGrpcServiceError(error) || (error.code as number) !== GRPC_NOT_FOUND) return false;
  return error.metadata
    .get('grpc-status-details-bin')
    .some((detail) => detail.includes(MULTI_OPERATION_FAILURE));
}
