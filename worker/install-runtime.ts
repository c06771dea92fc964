import { DefaultLogger, makeTelemetryFilterString, Runtime, type LogLevel } from '@temporalio/worker';
import { messageOf } from '../domain/message-of.ts';
import type { Logger } from '../runtime/logger.ts';
import { settingFault } from '../runtime/settings/setting-fault.ts';

type PinoLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error';

const LEVELS: Readonly<Record<LogLevel, PinoLevel>> = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
};

/**
 * Sends the SDK's own log lines, and those of workflows and activities, through our logger, and serves the SDK's metrics
 * where configured. Throws ConfigurationError for an address that cannot be used. Our own shutdown decides when workers stop, so the SDK listens to no signals.
 */
export function installRuntime(log: Logger, metricsAddress: string | null): void {
  try {
    install(log, metricsAddress);
  } catch (error) {
    // The SDK's core has no class for it.
    if (metricsAddress === null) throw error;
    throw settingFault('WORKER_METRICS_ADDRESS', `cannot be used: ${messageOf(error)}`);
  }
}

function install(log: Logger, metricsAddress: string | null): void {
  Runtime.install({
    logger: new DefaultLogger('INFO', ({ level, message, meta }) => {
      log[LEVELS[level]]({ ...meta }, message);
    }),
    shutdownSignals: [],
    telemetryOptions: {
      logging: { filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }), forward: {} },
      ...(metricsAddress === null ? {} : { metrics: { prometheus: { bindAddress: metricsAddress } } }),
    },
  });
}
