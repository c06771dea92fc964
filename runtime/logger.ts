import { fileURLToPath } from 'node:url';
import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';
import type { ProcessConfig } from './settings/config.ts';

export type Logger = PinoLogger;

/** Never written to a log, wherever in an object they stand (two levels deep is as deep as our log calls go). */
const SECRET_KEYS = [
  'authorization',
  'cookie',
  'secret',
  'password',
  'apiKey',
  'api_key',
  'token',
  'platform_key',
];
const REDACTED_PATHS = SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`, `*.*.*.${key}`]);

/**
 * JSON lines, one object each: what every log collector reads; a person uses `jq`.
 * @param options.to stdout unless told otherwise.
 */
export function createLogger(options: {
  readonly name: string;
  readonly level: ProcessConfig['logLevel'];
  readonly to?: DestinationStream;
}): Logger {
  // Not pino's own destination: when the reader of stdout is gone, that one waits for it in its exit handler, forever.
  if (process.stdout.listenerCount('error') === 0) process.stdout.on('error', () => undefined);
  return pino(
    {
      name: options.name,
      level: options.level,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      // The SDK and workflow code say `error`.
      serializers: { err: describeError, error: describeError },
      redact: { paths: REDACTED_PATHS, censor: '[redacted]' },
    },
    options.to ?? process.stdout,
  );
}

/**
 * What an error says, with its causes, and where in our code it came up. Not all that hangs on it, as pino's own does: a value that JSON has no word for, such as a BigInt
 * in what a gRPC error carries, leaves nothing of the whole error.
 */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code } = error as { readonly code?: unknown };
  const isWord = typeof code === 'string' || typeof code === 'number';
  return {
    type: error.name === 'Error' ? error.constructor.name : error.name,
    message: messageWithCauses(error),
    ...(isWord ? { code } : {}),
    at: placeOf(error),
  };
}

/** The folder that holds all of our code, as frames of a trace name it. */
const OURS = fileURLToPath(new URL('..', import.meta.url));

/** `api/jobs/quotes-route.ts:84:11`: the innermost place in our code. Of the whole trace the rest is of others, and names folders of the machine. */
function placeOf({ stack = '' }: Error): string | undefined {
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  const own = frames.find((frame) => frame.includes(OURS) && !frame.includes('node_modules'));
  return own?.slice(own.indexOf(OURS) + OURS.length).replace(/\)$/, '');
}

/** A chain of causes may be a ring. */
const MAX_CAUSES = 5;

function messageWithCauses(error: Error, causes = 0): string {
  const { cause } = error;
  if (!(cause instanceof Error) || causes === MAX_CAUSES) return error.message;
  return `${error.message}: ${messageWithCauses(cause, causes + 1)}`;
}
