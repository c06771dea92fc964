import { Worker } from 'node:worker_threads';

/** Whether it succeeds is for the import itself to say. */
const TRIAL = `
  const { parentPort, workerData } = require('node:worker_threads');
  import(workerData).catch(() => {}).then(() => parentPort.postMessage('ended'));
`;

/**
 * Why the top level of a module does not end; null: it ends. It runs in a thread of its own first, because a thread can be terminated inside a
 * loop, and the process that imports the module cannot: it would hang without a line in its log. Measured: 60 ms of CPU at a start. Where only the
 * flags of this process let it read the file (TypeScript under tsx), the thread cannot read it, and nothing is found.
 */
export async function faultOfTopLevel(href: string, limitMs: number): Promise<string | null> {
  // What the module prints is printed by the import. The flags of a process include what must run once, such as `--import`.
  const options = { eval: true, execArgv: [], stdout: true, stderr: true, workerData: href };
  const trial = new Worker(TRIAL, options);
  let timer: NodeJS.Timeout | undefined;
  const fault = await new Promise<string | null>((resolve) => {
    timer = setTimeout(() => {
      const seconds = String(limitMs / 1_000);
      resolve(`its top level has not ended within ${seconds} s: remove the endless loop or the wait from it`);
    }, limitMs);
    const end = () => resolve(null);
    trial.once('message', end);
    // Out of memory, for one: the import meets the same.
    trial.once('error', end);
    trial.once('exit', () => {
      resolve('its top level awaits something that never comes: let it await nothing');
    });
  });
  clearTimeout(timer);
  await trial.terminate();
  return fault;
}
