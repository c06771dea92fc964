import type { QueryDefinition, SignalDefinition, UpdateDefinition } from '@temporalio/common';
import { ApplicationFailure, log, setHandler } from '@temporalio/workflow';
import { UnexpectedValue, type Parser } from '../../domain/parse-value.ts';

/**
 * The only way in which workflow code registers a handler. Anyone who reaches Temporal can send a signal, an update or
 * a query with any content, and an error that a handler throws fails the workflow task, which is retried forever. So
 * every message is parsed first: an unexpected signal is ignored with a log line, an update is rejected before it is in
 * the history, a query returns an error.
 */

/** Null: the message takes no argument. */
type MessageParser<Message> = Parser<Message> | null;

export function handleSignal<Message, Args extends [] | [Message]>(
  signal: SignalDefinition<Args>,
  parser: MessageParser<Message>,
  take: (message: Message) => void,
): void {
  setHandler(signal, (...args: readonly unknown[]) => {
    const read = readArguments(parser, args);
    if (read.isExpected) take(read.message);
    else
      log.warn('an unexpected signal was ignored', {
        signal: signal.name,
        reason: read.reason,
      });
  });
}

export function handleUpdate<Result, Message, Args extends [] | [Message]>(
  update: UpdateDefinition<Result, Args>,
  options: {
    /** The text beside the update's button in Temporal UI; absent: the update is not for support. */
    readonly description?: string;
    readonly parser: MessageParser<Message>;
    /** Throws a failure for a well-formed request that cannot be applied now. */
    readonly refuse?: (request: Message) => void;
  },
  act: (request: Message) => Promise<Result>,
): void {
  const read = (args: readonly unknown[]): Message => {
    const found = readArguments(options.parser, args);
    if (found.isExpected) return found.message;
    throw ApplicationFailure.nonRetryable(found.reason, 'invalid_request');
  };
  setHandler(update, (...args: readonly unknown[]) => act(read(args)), {
    ...(options.description === undefined ? {} : { description: options.description }),
    validator: (...args: readonly unknown[]) => {
      const request = read(args);
      options.refuse?.(request);
    },
  });
}

export function handleQuery<Result>(
  query: QueryDefinition<Result>,
  options: { readonly description: string },
  readResult: () => Result,
): void {
  setHandler(
    query,
    (...args: readonly unknown[]) => {
      const read = readArguments(null, args);
      if (!read.isExpected) throw ApplicationFailure.nonRetryable(read.reason, 'invalid_request');
      return readResult();
    },
    options,
  );
}

type ReadArguments<Message> =
  | { readonly isExpected: true; readonly message: Message }
  | { readonly isExpected: false; readonly reason: string };

function readArguments<Message>(
  parser: MessageParser<Message>,
  args: readonly unknown[],
): ReadArguments<Message> {
  const expected = parser === null ? 0 : 1;
  if (args.length > expected) {
    const reason = `${expected === 0 ? 'no argument is' : 'one argument is'} expected, not ${String(args.length)}`;
    return { isExpected: false, reason };
  }
  try {
    // Without a parser there is no message.
    return {
      isExpected: true,
      message: parser === null ? (undefined as Message) : parser(args[0], 'the argument'),
    };
  } catch (error) {
    if (error instanceof UnexpectedValue) return { isExpected: false, reason: error.message };
    throw error;
  }
}

/** Parses a workflow's argument. An unexpected one fails the workflow, not the workflow task. */
export function parseStart<Start>(parser: Parser<Start>, start: unknown): Start {
  const read = readArguments(parser, [start]);
  if (read.isExpected) return read.message;
  throw ApplicationFailure.nonRetryable(`it cannot be started so: ${read.reason}`, 'invalid_request');
}
