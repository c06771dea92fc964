import { isGrpcServiceError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { WorkflowStatus } from '../../domain/support/reconcile-rules.ts';

/** grpc-status NOT_FOUND. */
const GRPC_NOT_FOUND = 5;

/** The limit of one Describe with the SDK's retries: without one a frozen server would be waited for forever. */
const DESCRIBE_TIMEOUT_MS = 5_000;

/**
 * Returns the exact state of a workflow, by Describe; visibility is late, and limited. Never throws: a failed Describe
 * concerns its own workflow alone.
 */
export async function describeWorkflow(client: Client, workflowId: string): Promise<WorkflowStatus> {
  try {
    const { status, closeTime } = await client.withDeadline(Date.now() + DESCRIBE_TIMEOUT_MS, () =>
      client.workflow.getHandle(workflowId).describe(),
    );
    if (status.name === 'RUNNING' || status.name === 'PAUSED') return { status: 'running' };
    const closedAt = closeTime?.getTime() ?? Date.now();
    return { status: 'closed', closedSecondsAgo: (Date.now() - closedAt) / 1_000 };
  } catch (error) {
    return isNotFound(error) ? { status: 'not_found' } : { status: 'unreadable', why: messageOf(error) };
  }
}

function isNotFound(error: unknown): boolean {
  return (
    error instanceof WorkflowNotFoundError ||
    (isGrpcServiceError(error) && (error.code as number) === GRPC_NOT_FOUND)
  );
}

/** The SDK wraps the server's error. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
