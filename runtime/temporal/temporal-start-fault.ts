import { StartFault } from '../../domain/start-fault.ts';
import type { TemporalConfig } from '../settings/config.ts';
import { describeTemporalFault } from './describe-temporal-fault.ts';

/** For each connection of a worker's start: long enough for a server that is starting, short enough for a wrong address. */
export const CONNECT_LIMIT_MS = 10_000;

/** Why a worker cannot start with this Temporal, with the settings by which it looks for it. */
export function temporalStartFault(error: unknown, config: TemporalConfig): StartFault {
  const { address, namespace, usesTls } = config;
  return new StartFault(
    `${describeTemporalFault(error, namespace, CONNECT_LIMIT_MS)} See that it runs, and that these are right: ` +
      `TEMPORAL_ADDRESS (${address}), TEMPORAL_NAMESPACE (${namespace}), TEMPORAL_TLS (${usesTls ? 'on' : 'off'}), TEMPORAL_API_KEY.`,
  );
}
