import { readFileSync, readlinkSync } from 'node:fs';

/** A process as other processes recognise it: its id stands on the attempt's row. */
export type ThisProcess = {
  readonly id: string;
  /**
   * Whether the process of that id, or of a claim of it (`id#claim`), has died on this machine and in this network, so
   * that what its kernel still sends takes the way of our own requests. False for a live process, and for one of
   * another machine or container.
   */
  readonly hasDied: (submitter: string) => boolean;
};

/**
 * Identifies the running process by what Linux says of it: boot, network, process namespace, process id and start time
 * (ids are reused). Elsewhere the id is `unknown` and proves nothing.
 */
export function findThisProcess(): ThisProcess {
  const self = describeProcess('self');
  const surroundings = surroundingsOfThisProcess();
  if (self === null || surroundings === null) return { id: 'unknown', hasDied: () => false };
  const prefix = `${surroundings}/${String(process.pid)}/`;
  return {
    id: prefix + self.startedAt,
    hasDied(submitter) {
      const [, ofSurroundings, pid = '', startedAt] =
        /^(.*)\/([0-9]+)\/([0-9]+)(?:#.*)?$/.exec(submitter) ?? [];
      if (ofSurroundings !== surroundings) return false;
      const found = describeProcess(pid);
      // Where /proc hides other users' processes (hidepid), one that cannot be seen may be alive.
      if (found === null) return !isThere(Number(pid));
      // A zombie has closed its connections.
      return found.startedAt !== startedAt || found.isZombie;
    },
  };
}

/** Null: the system does not say, as in some container sandboxes. */
function surroundingsOfThisProcess(): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return [boot, readlinkSync('/proc/self/ns/net'), readlinkSync('/proc/self/ns/pid')].join('/');
  } catch {
    return null;
  }
}

/** Whether a process has that id, of any user: signal 0 is checked and not sent. */
function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Reads /proc/…/stat (proc(5)) after the name in parentheses, which may hold any character. */
function describeProcess(pid: string): { readonly startedAt: string; readonly isZombie: boolean } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { startedAt: fields[19] ?? '', isZombie: fields[0] === 'Z' || fields[0] === 'X' };
  } catch {
    return null;
  }
}
