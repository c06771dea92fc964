import { shellChild } from './shell-child.ts';
import { SupervisedChild } from '../../dev/supervisor/supervisor.ts';

/** A process that supervises one foreign program and says its pid: something for a test to kill. */
const child = new SupervisedChild(shellChild('exec sleep 300'), `${process.argv[2] ?? '.'}/child.log`, {
  onPid: (pid) => process.stdout.write(`${String(pid)}\n`),
  onNote: () => undefined,
});
await child.start();
setInterval(() => undefined, 1_000);
