import { pino, type Logger as PinoLogger } from 'pino';
import type { ProcessConfig } from './config.ts';

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
  return pino({
    name: options.name,
    level: options.level,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: REDACTED_PATHS, censor: '[redacted]' },
  });
}
