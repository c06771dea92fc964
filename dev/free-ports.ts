import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { tryLock, type Lock } from './exclusive-lock.ts';

/** The embedded stack is for one machine and one person: nothing listens beyond it. */
export const LOCAL_HOST = '127.0.0.1';

/** Below the kernel's own range for outgoing connections: nothing takes one of these between its choice and its use. */
const FIRST_FREE_PORT = 10_240;
const LAST_FREE_PORT = 32_767;
const MAX_TRIES = 200;

/** A folder per user: another user's file could not be taken over. */
const CLAIMS_FOLDER = path.join(os.tmpdir(), `holdfast-ports-${String(process.getuid?.() ?? 0)}`);

export type PortClaims = {
  /**
   * A port per name: the preferred one, or a free one if that is busy or claimed (0: always a free one). No two are the
   * same.
   */
  claim<Name extends string>(
    preferred: Readonly<Record<Name, number>>,
  ): Promise<Readonly<Record<Name, number>>>;
  /** Releases them all, as the end of this process does too. */
  release(): Promise<void>;
};

/**
 * Ports that belong to this process until it releases them, whether something listens or not: two stacks that start at
 * once, or one that starts while a part of another restarts, never choose the same. A claim is a lock file; other
 * programs know nothing of it.
 */
export function createPortClaims(): PortClaims {
  const locks: Lock[] = [];
  const claimOne = async (port: number): Promise<number | null> => {
    const lock = await tryLock(path.join(CLAIMS_FOLDER, String(port)));
    if (!('release' in lock)) return null;
    if (await isFree(port)) {
      locks.push(lock);
      return port;
    }
    await lock.release();
    return null;
  };
  const claimAny = async (preferred: number): Promise<number> => {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const port =
        tries === 0 && preferred !== 0 ? preferred : randomInt(FIRST_FREE_PORT, LAST_FREE_PORT + 1);
      const claimed = await claimOne(port);
      if (claimed !== null) return claimed;
    }
    throw new Error(`of ${String(MAX_TRIES)} ports that were tried none is free`);
  };
  return {
    async claim<Name extends string>(preferred: Readonly<Record<Name, number>>) {
      const entries = Object.entries(preferred) as [Name, number][];
      const claimed = entries.map(async ([name, port]) => [name, await claimAny(port)] as const);
      return Object.fromEntries(await Promise.all(claimed)) as Record<Name, number>;
    },
    async release() {
      await Promise.all(locks.splice(0).map((lock) => lock.release()));
    },
  };
}

/** Ports that are free and unclaimed now, for something that listens at once. */
export async function chooseFreePorts<Name extends string>(
  preferred: Readonly<Record<Name, number>>,
): Promise<Readonly<Record<Name, number>>> {
  const claims = createPortClaims();
  try {
    return await claims.claim(preferred);
  } finally {
    await claims.release();
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, LOCAL_HOST, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
