import { Client, Connection } from '@temporalio/client';
import { workflowIdOf } from '../../domain/ids.ts';

const CONNECT_TIMEOUT_MS = 5_000;

/** Terminates a job's workflow, as the button of Temporal UI does: none of our code runs. */
export async function terminateWorkflow(address: string, jobId: string, reason: string): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: CONNECT_TIMEOUT_MS });
  try {
    const handle = new Client({ connection }).workflow.getHandle(workflowIdOf(jobId));
    await connection.withDeadline(Date.now() + CONNECT_TIMEOUT_MS, () => handle.terminate(reason));
  } finally {
    await connection.close();
  }
}
