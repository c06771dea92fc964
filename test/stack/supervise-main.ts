import { freezeProcess } from '../../dev/stack/freeze-process.ts';
import { SupervisedChild } from '../../dev/supervisor/supervisor.ts';
import { descendantsOf } from './descendants.ts';
import { until } from './is-alive.ts';
import { shellChild } from './shell-child.ts';

/**
 * A process that supervises one foreign program and says its pid and that of the program's child: something for a test to kill. With `frozen`
 * as its last argument both stand still by then.
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
