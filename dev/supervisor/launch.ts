import { spawn } from 'node:child_process';
import { closeSync, fstatSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import type { ChildCommand, ChildSpec, StartedChild } from './child-spec.ts';
import { endIfOrphaned } from './orphan-guard.ts';
import { findReadyLine } from './find-ready-line.ts';
import { failureInLog } from './failure-in-log.ts';

/** A larger log is set aside (one old one is kept) before the next start. */
const LONGEST_LOG_BYTES = 20 * 1024 * 1024;

export type LaunchedChild = StartedChild & {
  /** Resolves with a message for people when the process has ended. Never rejects. */
  readonly whenEnded: Promise<string>;
  /** Its last lines, for people. */
  readonly failureInLog: () => Promise<string>;
  signal(signal: NodeJS.Signals): void;
};

/**
 * Starts one process of a spec. Its output goes straight into `logPath`, not through us: a process whose reader has
 * died can hang in its last log line. Throws when it cannot be started.
 */
export async function launch(
  spec: ChildSpec,
  command: ChildCommand,
  logPath: string,
): Promise<LaunchedChild> {
  const log = openLog(logPath);
  const logOffset = fstatSync(log).size;
  const child = spawn(command.file, command.args, {
    env: command.env,
    stdio: ['pipe', log, log],
    // A process group of its own: a terminal's Ctrl-C reaches the supervisor only, which ends its children in order.
    detached: true,
    ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
    ...(command.user ?? {}),
  });
  closeSync(log);
  const ending = new AbortController();
  const whenEnded = new Promise<string>((resolve) => {
    child.once('error', (error) => {
      resolve(`could not be started: ${error.message}`);
    });
    child.once('exit', (code, signal) => {
      resolve(signal === null ? `ended with code ${String(code)}` : `was ended by ${signal}`);
    });
  });
  void whenEnded.then(() => {
    ending.abort();
  });
  // A pipe to a process that has just died.
  child.stdin?.on('error', () => undefined);
  if (child.pid === undefined) throw new Error(`${spec.name} ${await whenEnded}`);
  if (!spec.endsWithItsStdin) {
    const dismissGuard = endIfOrphaned(child.pid, spec.stopSignal);
    void whenEnded.then(dismissGuard);
  }
  return {
    pid: child.pid,
    readyLine: () => findReadyLine(logPath, logOffset, ending.signal),
    ended: ending.signal,
    whenEnded,
    failureInLog: () => failureInLog(logPath, logOffset),
    signal: (signal) => void child.kill(signal),
  };
}

function openLog(logPath: string): number {
  mkdirSync(path.dirname(logPath), { recursive: true });
  const size = statSync(logPath, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LONGEST_LOG_BYTES) renameSync(logPath, `${logPath}.old`);
  return openSync(logPath, 'a');
}
