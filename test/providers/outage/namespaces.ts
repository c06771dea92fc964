import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import path from 'node:path';

const ROOT = path.join(import.meta.dirname, '../../..');
/** Addresses of RFC 2544, for tests: two networks without other packets. */
const CLIENT_NET = '198.18.1';
const SERVER_NET = '198.18.2';

export const SERVER_ADDRESS = `${SERVER_NET}.2`;

export type Namespaces = {
  /** Lets packets through, or drops them silently as a disconnected router does. */
  readonly forward: (lets: boolean) => void;
  /** Runs a script of this folder in a namespace of its own, and passes on its lines of stdout. */
  readonly run: (at: 'client' | 'server', script: string, onLine: (line: string) => void) => ChildProcess;
  readonly close: () => void;
};

/** Network namespaces of a client, a server and a router between them. Throws if none can be made. */
export function createNamespaces(): Namespaces {
  const name = (part: string) => `hf${String(process.pid)}${part}`;
  const [client, router, server] = [name('c'), name('r'), name('s')];
  const ip = (...args: readonly string[]) => execFileSync('ip', [...args], { stdio: 'pipe' });
  const close = () => {
    for (const each of [client, router, server]) {
      try {
        ip('netns', 'delete', each);
      } catch {
        // The namespace does not exist.
      }
    }
  };
  const join = (one: string, other: string, net: string) => {
    ip('link', 'add', 'to-other', 'netns', one, 'type', 'veth', 'peer', 'name', `to-${one}`, 'netns', other);
    ip('-n', one, 'addr', 'add', `${net}.2/24`, 'dev', 'to-other');
    ip('-n', other, 'addr', 'add', `${net}.1/24`, 'dev', `to-${one}`);
    ip('-n', one, 'link', 'set', 'to-other', 'up');
    ip('-n', other, 'link', 'set', `to-${one}`, 'up');
    ip('-n', one, 'route', 'add', 'default', 'via', `${net}.1`);
  };
  const forward = (lets: boolean) => {
    ip('netns', 'exec', router, 'sh', '-c', `echo ${lets ? '1' : '0'} > /proc/sys/net/ipv4/ip_forward`);
  };
  try {
    for (const each of [client, router, server]) ip('netns', 'add', each);
    join(client, router, CLIENT_NET);
    join(server, router, SERVER_NET);
    forward(true);
  } catch (error) {
    close();
    throw error;
  }
  return {
    forward,
    close,
    run(at, script, onLine) {
      const file = path.join(import.meta.dirname, script);
      const child = spawn(
        'ip',
        ['netns', 'exec', at === 'client' ? client : server, process.execPath, '--import', 'tsx', file],
        { cwd: ROOT, stdio: ['pipe', 'pipe', 'inherit'] },
      );
      createInterface({ input: child.stdout }).on('line', onLine);
      return child;
    },
  };
}
