import { readFileSync, readlinkSync } from 'node:fs';

/** A process as other processes can recognise it: what stands on an attempt's row beside the submission. */
export type ThisProcess = {
  readonly id: string;
  /**
   * Whether the process of that id has died on this machine, in this network, so that what its kernel may still send goes the
   * way that our own requests go. False for one that lives, and for one of which this cannot be told: of another machine or container.
   */
  readonly hasDied: (id: string) => boolean;
};

/**
 * The running process by what Linux says of it: boot, network, process namespace, process id, and when it began (ids are given
 * again). Elsewhere it has a name that proves nothing.
 */
export function findThisProcess(): ThisProcess {
  const self = describeProcess('self');
  const surroundings = surroundingsOfThisProcess();
  if (self === null || surroundings === null) return { id: 'unknown', hasDied: () => false };
  const prefix = `${surroundings}/${String(process.pid)}/`;
  return {
    id: prefix + self.startedAt,
    hasDied(id) {
      const [, ofSurroundings, pid = '', startedAt] = /^(.*)\/([0-9]+)\/([0-9]+)$/.exec(id) ?? [];
      if (ofSurroundings !== surroundings) return false;
      const found = describeProcess(pid);
      // Where /proc hides what other users run (hidepid), one that cannot be seen may live.
      if (found === null) return !isThere(Number(pid));
      // A zombie has closed what it had.
      return found.startedAt !== startedAt || found.isZombie;
    },
  };
}

/** Null where the system does not say, as in some sandboxes of containers. */
function surroundingsOfThisProcess(): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return [boot, readlinkSync('/proc/self/ns/net'), readlinkSync('/proc/self/ns/pid')].join('/');
  } catch {
    return null;
  }
}

/** Whether there is a process of that id, of whichever user: the kernel says so to anyone who would send it a signal. */
function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** From /proc/…/stat (proc(5)), after the name in parentheses, which may hold anything. */
function describeProcess(pid: string): { readonly startedAt: string; readonly isZombie: boolean } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { startedAt: fields[19] ?? '', isZombie: fields[0] === 'Z' || fields[0] === 'X' };
  } catch {
    return null;
  }
}
