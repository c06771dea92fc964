import type { Client } from '@temporalio/client';

/** Whether Temporal answers at all, within `timeoutMs`. Never throws. */
export async function doesTemporalAnswer(client: Client, timeoutMs: number): Promise<boolean> {
  const asked = client.withDeadline(Date.now() + timeoutMs, async () => {
    await client.workflowService.getSystemInfo({});
    return true;
  });
  const tooLate = new Promise<boolean>((resolve) => setTimeout(resolve, timeoutMs, false).unref());
  return Promise.race([asked.catch(() => false), tooLate]);
}
