import type { DevConfig } from '../dev-config.ts';
import type { Progress } from '../progress.ts';
import type { SandboxSettings } from '../sandbox/sandbox-settings.ts';

export type StackPorts = {
  readonly api: number;
  readonly temporal: number;
  readonly temporalUi: number;
  readonly postgres: number;
  readonly modelService: number;
  readonly sandbox: number;
};

/** Tried first; a busy one is replaced by a free one (README). */
export const PREFERRED_PORTS: StackPorts = {
  api: 8_787,
  temporal: 7_233,
  temporalUi: 8_233,
  postgres: 54_329,
  modelService: 8_788,
  sandbox: 8_789,
};

const FREE_PORTS: StackPorts = {
  api: 0,
  temporal: 0,
  temporalUi: 0,
  postgres: 0,
  modelService: 0,
  sandbox: 0,
};

export type StackOptions = {
  /** Everything the stack keeps; created when missing. */
  readonly home: string;
  /** `free`: any free ports, for tests beside a running stack. */
  readonly ports?: 'preferred' | 'free';
  /** `instant`: the model service returns prepared files after `instantMs`, for measurements. */
  readonly modelMode?: 'render' | 'instant';
  readonly instantMs?: number;
  /** The catalogue of API and worker; absent or null: the shipped one. */
  readonly cataloguePath?: string | null;
  /** Added to the settings of the processes (runtime/settings/settings.ts). */
  readonly workerEnv?: Readonly<Record<string, string>>;
  readonly apiEnv?: Readonly<Record<string, string>>;
  /** The sandbox page; absent: there is none, and the model service sends no webhooks. */
  readonly sandbox?: SandboxSettings | undefined;
  /** Existing servers instead of embedded ones; null: embedded. */
  readonly external?: Pick<DevConfig, 'temporalAddress' | 'temporalUiUrl' | 'databaseOwnerUrl'>;
  /** Where a built Temporal server is kept (readDevConfig). */
  readonly cacheHome?: string;
  /** Aborted: end what has been started, and throw. */
  readonly signal?: AbortSignal;
  /** Reports long steps, and children that end and restart. */
  readonly onNote?: Progress;
};

/** All parts embedded. */
export const NOTHING_EXTERNAL = {
  temporalAddress: null,
  temporalUiUrl: null,
  databaseOwnerUrl: null,
} as const;

export function wantedPorts(options: StackOptions): StackPorts {
  return options.ports === 'free' ? FREE_PORTS : PREFERRED_PORTS;
}
