import { freezeProcess } from '../../dev/stack/freeze-process.ts';
import { SupervisedChild } from '../../dev/supervisor/supervisor.ts';
import { descendantsOf } from './descendants.ts';
import { until } from './is-alive.ts';
import { shellChild } from './shell-child.ts';

/**
 * Supervises one foreign program, and prints its pid and that of its child, for a test to kill. With `frozen` as the
 * last argument both are stopped by then.
 */
const [, , folder = '.', frozen] = process.argv;
const child = new SupervisedChild(shellChild('sleep 300 & wait'), `${folder}/child.log`, {
  onPid: () => undefined,
  onNote: () => undefined,
});
await child.start();
const { pid } = child;
if (pid === null) throw new Error('the program has ended');
await until('its child runs', 10_000, async () => (await descendantsOf(pid)).length > 0);
if (frozen === 'frozen') await freezeProcess(pid);
process.stdout.write(`${[pid, ...(await descendantsOf(pid))].join(' ')}\n`);
setInterval(() => undefined, 1_000);
