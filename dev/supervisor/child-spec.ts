/** The program and its arguments, made anew at each start, when conditions may differ. */
export type ChildCommand = {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Another user to run as: PostgreSQL refuses to be root. */
  readonly user?: { readonly uid: number; readonly gid: number };
};

/** A started process that may not be ready yet. */
export type StartedChild = {
  readonly pid: number;
  /** Waits for the JSON line that our processes print once ready (runtime/process-ready.ts). */
  readonly readyLine: () => Promise<Readonly<Record<string, unknown>>>;
  /** Aborted when the child has ended. */
  readonly ended: AbortSignal;
};

export type ChildSpec = {
  readonly name: string;
  readonly command: () => Promise<ChildCommand>;
  /** Resolves when the child is ready; bounded by `readyTimeoutMs`. */
  readonly untilReady: (child: StartedChild) => Promise<void>;
  readonly readyTimeoutMs: number;
  readonly stopSignal: NodeJS.Signals;
  /** The time until SIGKILL. */
  readonly stopTimeoutMs: number;
  /** True: a Node process of ours, which ends with its stdin; others get a guard process. */
  readonly endsWithItsStdin: boolean;
};
