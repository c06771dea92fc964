import type { ChildSpec } from '../../dev/supervisor/child-spec.ts';

/** A child that runs a shell script and is ready at once, unless `changes` say otherwise. */
export function shellChild(script: string, changes: Partial<ChildSpec> = {}): ChildSpec {
  return {
    name: 'shell',
    command: () => Promise.resolve({ file: '/bin/sh', args: ['-c', script], env: { PATH: '/usr/bin:/bin' } }),
    untilReady: () => Promise.resolve(),
    readyTimeoutMs: 20_000,
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 20_000,
    endsWithItsStdin: false,
    ...changes,
  };
}
