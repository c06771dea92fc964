/** The program and its arguments, made anew at each start: a restart may find other conditions. */
export type ChildCommand = {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Another user to run as: PostgreSQL refuses to be root. */
  readonly user?: { readonly uid: number; readonly gid: number };
};

/** A process that has been started and may not take work yet. */
export type StartedChild = {
  readonly pid: number;
  /** Waits for the JSON line a process of ours prints once it is ready (runtime/process-ready.ts). */
  readonly readyLine: () => Promise<Readonly<Record<string, unknown>>>;
  /** Aborted when the child has ended: waiting for it to become ready is over. */
  readonly ended: AbortSignal;
};

export type ChildSpec = {
  readonly name: string;
  readonly command: () => Promise<ChildCommand>;
  /** Resolves when the child takes work; bounded by `readyTimeoutMs`. */
  readonly untilReady: (child: StartedChild) => Promise<void>;
  readonly readyTimeoutMs: number;
  readonly stopSignal: NodeJS.Signals;
  /** After this long without an end, SIGKILL. */
  readonly stopTimeoutMs: number;
  /** True for a Node process of ours, which reads its stdin and ends with it; others get a guard process. */
  readonly endsWithItsStdin: boolean;
};
