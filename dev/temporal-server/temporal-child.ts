import { mkdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { SEARCH_ATTRIBUTES } from '../../domain/work/workflow-names.ts';
import { LOCAL_HOST } from '../free-ports.ts';
import type { ChildSpec } from '../supervisor/child-spec.ts';
import { untilTemporalIsReady } from './until-temporal-is-ready.ts';

/** Under 4 s on 2 idle cores; with a long history file and a busy machine it takes longer. */
const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 10_000;
const EMBEDDED_NAMESPACE = 'default';

/**
 * The default of 20 polls a second per shard, with one shard, adds 40 ms to each hop
 * after the first few workflows (150 → 50 ms for a one-activity workflow, measured).
 */
const DYNAMIC_CONFIG = [
  'history.transferProcessorMaxPollRPS=1000',
  'history.timerProcessorMaxPollRPS=1000',
  'history.visibilityProcessorMaxPollRPS=1000',
  'matching.enableFairness=true',
];

type TemporalServerOptions = {
  /** The `temporal` program (locate-temporal-server.ts). */
  readonly program: string;
  readonly home: string;
  readonly port: number;
  readonly uiPort: number;
};

/** The dev server, with its history in a file under `home` and our search attributes registered. */
export function temporalChild(options: TemporalServerOptions): ChildSpec {
  const folder = path.join(options.home, 'temporal');
  return {
    name: 'temporal',
    command: async () => {
      await mkdir(folder, { recursive: true });
      return { file: options.program, args: serverArguments(options, folder), env: serverEnvironment() };
    },
    untilReady: (child) =>
      untilTemporalIsReady(`${LOCAL_HOST}:${String(options.port)}`, EMBEDDED_NAMESPACE, child.ended),
    readyTimeoutMs: READY_TIMEOUT_MS,
    stopSignal: 'SIGTERM',
    stopTimeoutMs: STOP_TIMEOUT_MS,
    endsWithItsStdin: false,
  };
}

function serverArguments(options: TemporalServerOptions, folder: string): readonly string[] {
  return [
    'server',
    'start-dev',
    ...['--ip', LOCAL_HOST],
    ...['--port', String(options.port)],
    ...['--ui-port', String(options.uiPort)],
    ...['--namespace', EMBEDDED_NAMESPACE],
    ...['--log-level', 'warn'],
    ...['--db-filename', path.join(folder, 'history.sqlite')],
    ...['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=normal'],
    ...DYNAMIC_CONFIG.flatMap((setting) => ['--dynamic-config-value', setting]),
    ...Object.entries(SEARCH_ATTRIBUTES).flatMap(([name, type]) => [
      '--search-attribute',
      `${name}=${inWords(type)}`,
    ]),
  ];
}

/** HOME is where the program looks for its configuration; nothing else of ours concerns it. */
function serverEnvironment(): Record<string, string> {
  return { HOME: os.homedir(), TMPDIR: os.tmpdir() };
}

/** The command line says Keyword where the API says KEYWORD. */
function inWords(type: string): string {
  return `${type.charAt(0)}${type.slice(1).toLowerCase()}`;
}
