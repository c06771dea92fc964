import { pino, type Logger as PinoLogger } from 'pino';
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

/** JSON lines on stdout, one object each: what every log collector reads; a person uses `jq`. */
export function createLogger(options: {
  readonly name: string;
  readonly level: ProcessConfig['logLevel'];
}): Logger {
  // Not pino's own destination: when the reader of stdout is gone, that one waits for it in its exit handler, forever.
  if (process.stdout.listenerCount('error') === 0) process.stdout.on('error', () => undefined);
  return pino(
    {
      name: options.name,
      level: options.level,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      // `err` is pino's own; the SDK and workflow code say `error`.
      serializers: { error: pino.stdSerializers.err },
      redact: { paths: REDACTED_PATHS, censor: '[redacted]' },
    },
    process.stdout,
  );
}
