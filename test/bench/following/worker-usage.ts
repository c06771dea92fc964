import { readFileSync } from 'node:fs';

/** What a process used, as Linux counts it (proc(5)). */
type Usage = {
  /** performance.now() */
  readonly atMs: number;
  readonly pid: number;
  readonly cpuMs: number;
  readonly rssMib: number;
};

/** From one look to the next: a peak is the kernel's own (VmHWM), of a process that has died that of the last look. */
const LOOK_EVERY_MS = 500;

/** Kernel ticks of a second, the same on every Linux of today (sysconf(_SC_CLK_TCK)). */
const TICK_MS = 10;

/** Watches a process that may be another each time: a worker that is killed comes back under another id. */
export function watchUsage(pidOf: () => number | null) {
  const seen: Usage[] = [];
  const peaks = new Map<number, number>();
  const look = () => {
    const pid = pidOf();
    const found = pid === null ? null : readUsage(pid);
    if (found === null) return;
    seen.push(found.usage);
    peaks.set(found.usage.pid, found.peakMib);
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  return {
    stop: () => {
      clearInterval(timer);
    },
    /** In words: of the last seconds. */
    now: (): string => {
      const [from, to] = [seen.at(-10), seen.at(-1)];
      if (from === undefined || to === undefined) return 'is not seen';
      const share = (to.cpuMs - from.cpuMs) / (to.atMs - from.atMs);
      return `${to.rssMib.toFixed(0)} MiB, ${(share * 100).toFixed(0)} % of a core`;
    },
    peakMib: () => Math.max(...peaks.values()),
    /** Of one core, between two instants; what a process used before it was first seen counts as used then. */
    cpuShare: (fromMs: number, toMs: number): number => {
      const within = seen.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs);
      const pids = new Set(within.map(({ pid }) => pid));
      const usedMs = [...pids].reduce((sum, pid) => {
        const ofPid = within.filter((usage) => usage.pid === pid);
        const isNew = seen.find((usage) => usage.pid === pid) === ofPid[0];
        return sum + (ofPid.at(-1)?.cpuMs ?? 0) - (isNew ? 0 : (ofPid[0]?.cpuMs ?? 0));
      }, 0);
      return usedMs / (toMs - fromMs);
    },
  };
}

function readUsage(pid: number): { readonly usage: Usage; readonly peakMib: number } | null {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
    const mibOf = (name: string) =>
      Number(new RegExp(`^${name}:\\s+([0-9]+) kB$`, 'm').exec(status)?.[1] ?? 0) / 1_024;
    const cpuMs = (Number(fields[11]) + Number(fields[12])) * TICK_MS;
    return {
      usage: { atMs: performance.now(), pid, cpuMs, rssMib: mibOf('VmRSS') },
      peakMib: mibOf('VmHWM'),
    };
  } catch {
    // Between two lives of a worker.
    return null;
  }
}
