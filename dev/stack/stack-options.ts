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

/** Tried first; a busy one is replaced by a free one. Documented in README. */
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
  /** `free`: whatever is free, for tests beside a running stack. */
  readonly ports?: 'preferred' | 'free';
  /** `instant`: the model service returns prepared files after `instantMs`, for measurements. */
  readonly modelMode?: 'render' | 'instant';
  readonly instantMs?: number;
  /** What API and worker offer; absent or null: the shipped catalogue. */
  readonly cataloguePath?: string | null;
  /** Added to the settings of the processes (runtime/settings/settings.ts). */
  readonly workerEnv?: Readonly<Record<string, string>>;
  readonly apiEnv?: Readonly<Record<string, string>>;
  /** The page from which a person strikes the stack's processes; absent: there is none, and webhooks of the model service are not sent. */
  readonly sandbox?: SandboxSettings | undefined;
  /** Servers that run already instead of embedded ones; null for what is to be embedded. */
  readonly external?: Pick<DevConfig, 'temporalAddress' | 'temporalUiUrl' | 'databaseOwnerUrl'>;
  /** Where a built Temporal server is kept (readDevConfig). */
  readonly cacheHome?: string;
  /** Aborted: end what has been started, and throw. */
  readonly signal?: AbortSignal;
  /** Told what happens: long steps, and children that end and come back. */
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
