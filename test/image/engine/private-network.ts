import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The programs that have to be on PATH: of util-linux, iproute2, coreutils, PostgreSQL's client and the images themselves. */
const TOOLS = ['unshare', 'nsenter', 'setpriv', 'ip', 'chroot', 'bash', 'psql', 'wget', 'curl'] as const;

export type PrivateNetwork = {
  /** Before a command: run it in this network. */
  readonly enter: readonly string[];
  readonly close: () => Promise<void>;
};

/** Returns what this machine lacks for containers made of processes; null when it lacks nothing. */
export async function whyNoContainers(): Promise<string | null> {
  if (process.platform !== 'linux') return 'it is not Linux';
  if (process.getuid?.() !== 0) return 'only root can make network and mount namespaces';
  for (const tool of TOOLS) {
    const isThere = await run('sh', ['-c', `command -v ${tool}`]).then(
      () => true,
      () => false,
    );
    if (!isThere) return `there is no ${tool} on PATH`;
  }
  return run('unshare', ['--net', '--mount', 'ip', 'link', 'set', 'lo', 'up']).then(
    () => null,
    (error: unknown) => `it forbids namespaces (${error instanceof Error ? error.message : String(error)})`,
  );
}

/**
 * A network that only its own processes see, with nothing but a loopback interface: every port of docker-compose.yml is free
 * there, whatever else this machine runs. It lasts as long as its keeper, and the keeper as long as we hold its stdin.
 */
export async function openPrivateNetwork(): Promise<PrivateNetwork> {
  const keeper = spawn('unshare', ['--net', 'sh', '-c', 'ip link set lo up && echo up && exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(keeper.stdout, 'data');
  return {
    enter: ['nsenter', `--net=/proc/${String(keeper.pid)}/ns/net`],
    close: () => endKeeper(keeper),
  };
}

async function endKeeper(keeper: ChildProcess): Promise<void> {
  keeper.stdin?.end();
  if (keeper.exitCode === null) await once(keeper, 'exit');
}
