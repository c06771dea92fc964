import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { ChildCommand, ChildSpec, StartedChild } from './child-spec.ts';
import { guardAgainstOurDeath } from './death-guard.ts';

/** A log past this size is set aside (one old one is kept) before the next start. */
const LONGEST_LOG_BYTES = 20 * 1024 * 1024;

export type LaunchedChild = StartedChild & {
  /** Resolves, with what to tell people, when the process has ended. Never rejects. */
  readonly whenEnded: Promise<string>;
  signal(signal: NodeJS.Signals): void;
};

/** Starts one process of a spec, its output appended to `logPath`. Throws when it cannot be started at all. */
export async function launch(
  spec: ChildSpec,
  command: ChildCommand,
  logPath: string,
): Promise<LaunchedChild> {
  const child = spawn(command.file, command.args, {
    env: command.env,
    stdio: ['pipe', 'pipe', 'pipe'],
    // A group of its own: Ctrl-C in a terminal goes to the supervisor only, which then ends its children in order.
    detached: true,
    ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
    ...(command.user ?? {}),
  });
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
  child.stdin.on('error', () => undefined);

  const log = openLog(logPath);
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const readyLine = readReadyLine(child.stdout);
  if (child.pid === undefined) throw new Error(`${spec.name} ${await whenEnded}`);
  if (!spec.endsWithItsStdin) {
    const dismissGuard = guardAgainstOurDeath(child.pid, spec.stopSignal);
    void whenEnded.then(dismissGuard);
  }
  void whenEnded.then(() => log.end());
  return {
    pid: child.pid,
    readyLine,
    ended: ending.signal,
    whenEnded,
    signal: (signal) => void child.kill(signal),
  };
}

function readReadyLine(stdout: NodeJS.ReadableStream): Promise<Readonly<Record<string, unknown>>> {
  return new Promise((resolve) => {
    const lines = createInterface({ input: stdout });
    lines.on('line', (line) => {
      if (!line.startsWith('{"ready":true')) return;
      resolve(JSON.parse(line) as Readonly<Record<string, unknown>>);
      lines.close();
      // Closing a readline interface pauses its input, and a paused pipe blocks the child once it is full.
      stdout.resume();
    });
  });
}

function openLog(logPath: string) {
  mkdirSync(path.dirname(logPath), { recursive: true });
  const size = statSync(logPath, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LONGEST_LOG_BYTES) renameSync(logPath, `${logPath}.old`);
  return createWriteStream(logPath, { flags: 'a' });
}
