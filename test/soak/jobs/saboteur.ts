import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { Sabotage } from './job-mix.ts';
import { sendWrongMessage, type MessageFate, type WrongMessage } from './wrong-messages.ts';

type SabotageCounts = {
  readonly messages: Readonly<Record<MessageFate, number>>;
  readonly terminated: number;
  readonly deleted: number;
  /** Wrong messages that were followed. */
  readonly taken: readonly WrongMessage[];
};

export type Saboteur = ReturnType<typeof createSaboteur>;

/**
 * From one deleted workflow to the next. Of a page of reservations one may always be of a workflow that is not found; several at once could be
 * the wrong namespace, and are held back (domain/support/reconcile-rules.ts).
 */
const BETWEEN_DELETIONS_MS = 20_000;

/** A person with access to Temporal, who sends, terminates and deletes what they should not. */
export function createSaboteur(client: Client, namespace = 'default') {
  const messages: Record<MessageFate, number> = { sent: 0, refused: 0, taken: 0, too_late: 0, unanswered: 0 };
  const taken: WrongMessage[] = [];
  let [terminated, deleted, lastDeletion] = [0, 0, -Infinity];
  const ended = new Set<string>();

  async function end(jobWorkflowId: string, call: () => Promise<unknown>): Promise<boolean> {
    try {
      await call();
      ended.add(jobWorkflowId);
      return true;
    } catch (error) {
      // It was over already.
      if (error instanceof WorkflowNotFoundError || /not found|already completed/i.test(String(error)))
        return false;
      throw error;
    }
  }
  const terminate = async (jobWorkflowId: string, workflowId: string) => {
    if (await end(jobWorkflowId, () => client.workflow.getHandle(workflowId).terminate('soak')))
      terminated += 1;
  };

  return {
    /** @param workflowIds of a job: its own first, then those of its outputs. */
    async sabotageWorkflow(workflowIds: readonly [string, ...string[]], sabotage: Sabotage): Promise<void> {
      const [jobWorkflowId] = workflowIds;
      const workflowId = workflowIds[sabotage.whose % workflowIds.length] ?? jobWorkflowId;
      switch (sabotage.how) {
        case 'messages':
          for (const message of sabotage.messages) {
            const fate = await sendWrongMessage(client, workflowId, message);
            messages[fate] += 1;
            if (fate === 'taken') taken.push(message);
          }
          return;
        case 'terminate':
          await terminate(jobWorkflowId, workflowId);
          return;
        case 'delete': {
          // The unbegun outputs of a batch would all be of one that is not found.
          const isAllowed =
            workflowIds.length === 1 && performance.now() - lastDeletion > BETWEEN_DELETIONS_MS;
          if (!isAllowed) {
            await terminate(jobWorkflowId, workflowId);
            return;
          }
          lastDeletion = performance.now();
          const request = { namespace, workflowExecution: { workflowId } };
          if (await end(jobWorkflowId, () => client.workflowService.deleteWorkflowExecution(request)))
            deleted += 1;
        }
      }
    },
    /** Whether a job's workflow, or one of its outputs', was ended behind our back. */
    hasEnded: (jobWorkflowId: string) => ended.has(jobWorkflowId),
    counts: (): SabotageCounts => ({ messages, terminated, deleted, taken }),
  };
}
