import { isGrpcServiceError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { WorkflowSight } from '../domain/reconcile-rules.ts';

/** grpc-status NOT_FOUND. */
const GRPC_NOT_FOUND = 5;

/** What Describe says of a workflow. Never visibility: that is late, and limited (temporal-traps). */
export async function seeWorkflow(client: Client, workflowId: string): Promise<WorkflowSight> {
  try {
    const description = await client.workflow.getHandle(workflowId).describe();
    if (description.status.name === 'RUNNING' || description.status.name === 'PAUSED')
      return { seen: 'running' };
    const closedAt = description.closeTime?.getTime() ?? Date.now();
    return { seen: 'closed', closedSecondsAgo: (Date.now() - closedAt) / 1_000 };
  } catch (error) {
    if (isNotFound(error)) return { seen: 'not_found' };
    throw error;
  }
}

function isNotFound(error: unknown): boolean {
  return (
    error instanceof WorkflowNotFoundError ||
    (isGrpcServiceError(error) && (error.code as number) === GRPC_NOT_FOUND)
  );
}
