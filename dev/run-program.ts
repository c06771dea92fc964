import { spawn } from 'node:child_process';

type ProgramOptions = {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Another user to run as. */
  readonly user?: { readonly uid: number; readonly gid: number } | null;
  readonly timeoutMs: number;
  /** Aborted: the program is not wanted any more. */
  readonly signal?: AbortSignal | undefined;
};

const LONGEST_ERROR_CHARACTERS = 2_000;

/**
 * Runs a program to its end. One that is late or aborted is killed with everything it started (it leads a process
 * group), and has ended when this throws. Throws with its last stderr when it fails.
 */
export function runProgram(file: string, args: readonly string[], options: ProgramOptions): Promise<void> {
  const { cwd, env, user, timeoutMs, signal } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(new Error(`${file} was not started: it is not wanted any more`));
      return;
    }
    const child = spawn(file, args, {
      ...(cwd === undefined ? {} : { cwd }),
      ...(env === undefined ? {} : { env }),
      ...(user ?? {}),
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => {
      errors = (errors + chunk.toString()).slice(-LONGEST_ERROR_CHARACTERS);
    });
    const kill = () => {
      killGroup(child.pid);
    };
    const timer = setTimeout(kill, timeoutMs);
    signal?.addEventListener('abort', kill, { once: true });
    const settle = (failure: string | null) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', kill);
      if (failure === null) resolve();
      else reject(new Error(failure));
    };
    child.once('error', (error) => {
      settle(`${file} could not be started: ${error.message}`);
    });
    child.once('close', (code, by) => {
      settle(code === 0 ? null : `${file} ended with ${String(by ?? code)}: ${errors.trim()}`);
    });
  });
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // Ended meanwhile.
  }
}
