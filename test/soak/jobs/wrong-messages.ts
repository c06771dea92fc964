import { WorkflowNotFoundError, WorkflowUpdateFailedError, type Client } from '@temporalio/client';
import type { SeededRandom } from '../soak-random.ts';

export type WrongMessage = {
  readonly kind: 'signal' | 'update' | 'query';
  readonly name: string;
  readonly args: readonly unknown[];
};

/** The outcome of a message; `taken`: it was followed, and should not have been. */
export type MessageFate = 'sent' | 'refused' | 'taken' | 'too_late' | 'unanswered';

const NAMES = {
  signal: ['cancel', 'support', 'no_such_signal'],
  update: ['release', 'extend', 'restart', 'resolve', 'admit', 'no_such_update'],
  query: ['status', 'no_such_query'],
} as const;

/** Arguments that no handler expects: none, too many, of the wrong type, and objects that are right but for one thing. */
const ARGUMENTS: readonly (readonly unknown[])[] = [
  [null],
  [undefined],
  ['cancel'],
  [''],
  [0],
  [true],
  [[]],
  [{}],
  [{ by: 'nobody' }],
  [{ by: null }],
  [{ by: ['customer'] }],
  [{ command: 'release', more: 1 }, { command: 'release' }],
  [{ command: 'explode' }],
  [{ command: 'extend', returnBy: 'soon' }],
  [{ command: 'restart', attempt: 7 }],
  [{ actor: '\u3164', reason: 'r' }],
  [{ actor: 'a', reason: '' }],
  [{ actor: 'a', reason: 'r', until: '2026-02-31T00:00:00Z', from_attempt: {}, outcome: 'perhaps', key: 7 }],
  [{ actor: 'a', reason: 'r', surprise: 1, until: 'T24:00', from_attempt: -1, outcome: null }],
  [JSON.parse('{"__proto__":{"by":"customer"}}')],
  ['x'.repeat(10_000)],
  [{ by: 'customer' }, { by: 'customer' }],
];

/** A worker that was killed is back within this, a few times over. */
const ANSWER_WITHIN_MS = 20_000;

export function nextWrongMessage(random: SeededRandom): WrongMessage {
  const kind = random.oneOf(['signal', 'update', 'query'] as const);
  const name = random.oneOf(NAMES[kind]);
  const args = random.oneOf(ARGUMENTS);
  // A signal of support's without an argument is a wrong one; an admission's update and a query have none when they are right.
  const hasNone = random.inPercent(15) && name !== 'admit' && kind !== 'query';
  return { kind, name, args: hasNone ? [] : args };
}

/** Sends one to a job's workflow, as anyone who reaches Temporal can. */
export async function sendWrongMessage(
  client: Client,
  workflowId: string,
  { kind, name, args }: WrongMessage,
): Promise<MessageFate> {
  const handle = client.workflow.getHandle(workflowId);
  try {
    return await client.withDeadline(Date.now() + ANSWER_WITHIN_MS, async () => {
      switch (kind) {
        case 'signal':
          await handle.signal(name, ...args);
          return 'sent';
        case 'update':
          await handle.executeUpdate(name, { args: args as [unknown, ...unknown[]] });
          return 'taken';
        case 'query':
          await handle.query(name, ...args);
          return 'taken';
      }
    });
  } catch (error) {
    return fateOf(error);
  }
}

function fateOf(error: unknown): MessageFate {
  if (error instanceof WorkflowUpdateFailedError) return 'refused';
  if (error instanceof WorkflowNotFoundError) return 'too_late';
  const { name, message } = error instanceof Error ? error : { name: '', message: String(error) };
  if (name === 'QueryNotRegisteredError' || name === 'QueryRejectedError') return 'refused';
  if (/invalid_request|expected|not registered|Unknown update/i.test(message)) return 'refused';
  return 'unanswered';
}
