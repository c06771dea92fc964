import { fileURLToPath } from 'node:url';
import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';
import type { ProcessConfig } from './settings/config.ts';

export type Logger = PinoLogger;

/** Fields that are never logged, up to two levels deep, as our log calls go. */
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
 * JSON lines, as log collectors read them; people use `jq`.
 * @param options.to default: stdout.
 */
export function createLogger(options: {
  readonly name: string;
  readonly level: ProcessConfig['logLevel'];
  readonly to?: DestinationStream;
}): Logger {
  // Not pino's own destination, which waits forever in its exit handler when the reader of stdout is gone.
  if (process.stdout.listenerCount('error') === 0) process.stdout.on('error', () => undefined);
  return pino(
    {
      name: options.name,
      level: options.level,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      // The SDK and workflow code name the field `error`.
      serializers: { err: describeError, error: describeError },
      redact: { paths: REDACTED_PATHS, censor: '[redacted]' },
    },
    options.to ?? process.stdout,
  );
}

/**
 * An error's message and causes, and where in our code it was thrown. Unlike pino's own serializer, without its other
 * fields: a value that JSON cannot write, such as a BigInt in a gRPC error, would drop the whole error.
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

/** The root folder of our code, as stack frames name it. */
const OURS = fileURLToPath(new URL('..', import.meta.url));

/**
 * `api/jobs/quotes-route.ts:84:11`: the innermost frame in our code. The rest of a trace belongs to others, and names
 * folders of the machine.
 */
function placeOf({ stack = '' }: Error): string | undefined {
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  const own = frames.find((frame) => frame.includes(OURS) && !frame.includes('node_modules'));
  return own?.slice(own.indexOf(OURS) + OURS.length).replace(/\)$/, '');
}

/** A chain of causes may be circular. */
const MAX_CAUSES = 5;

function messageWithCauses(error: Error, causes = 0): string {
  const { cause } = error;
  if (!(cause instanceof Error) || causes === MAX_CAUSES) return error.message;
  return `${error.message}: ${messageWithCauses(cause, causes + 1)}`;
}
