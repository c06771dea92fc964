import path from 'node:path';
import type { ChildSpec } from '../../dev/supervisor/child-spec.ts';
import { SupervisedChild } from '../../dev/supervisor/supervisor.ts';

/** Starts one embedded part for a test run, its log under `home`. */
export async function runChild(spec: ChildSpec, home: string): Promise<SupervisedChild> {
  const child = new SupervisedChild(spec, path.join(home, 'logs', `${spec.name}.log`), {
    onPid: () => undefined,
    onNote: (note) => {
      process.stderr.write(`test run: ${note}\n`);
    },
  });
  await child.start();
  return child;
}
