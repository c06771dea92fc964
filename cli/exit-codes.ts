/** The exit codes that a script can rely on (shown by `holdfast --help`). */
export const EXIT_CODE = { ok: 0, failed: 1, usage: 2, notRunning: 3 } as const;

/** Ends a command with a message and an exit code; any other error is a failure (1). */
export class CommandError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.name = 'CommandError';
    this.exitCode = exitCode;
  }
}
