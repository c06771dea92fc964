import { subscribe } from 'node:diagnostics_channel';
import { createInterface } from 'node:readline';
import { createGenericProvider } from '../../../activities/providers/generic/generic-provider.ts';
import { SERVER_ADDRESS } from './namespaces.ts';

/**
 * Submits as many jobs at once as each line of stdin says (`name count`). Prints `sent` for each that is in the kernel's
 * hands, and how each submission ended.
 */
const SUBMIT_TIMEOUT_MS = 1_500;

const provider = createGenericProvider({
  name: 'local',
  baseUrl: `http://${SERVER_ADDRESS}`,
  submitTimeoutMs: SUBMIT_TIMEOUT_MS,
});

// undici publishes it once the whole request is written to its socket.
subscribe('undici:request:bodySent', () => process.stdout.write('sent\n'));

createInterface({ input: process.stdin }).on('line', (line) => {
  const [name = '', count = '0'] = line.split(' ');
  for (let number = 0; number < Number(count); number++) {
    const reference = `${name}_${String(number)}`;
    const input = {
      reference,
      model: 'local/render',
      input: { kind: 'static_ad', brief: { headline: 'A headline' } },
      deadlineSeconds: 60,
      webhookUrl: null,
    } as const;
    void provider
      .submit(input, () => Promise.resolve(true), new AbortController().signal)
      .then(({ outcome }) => process.stdout.write(`${name} ${outcome}\n`));
  }
});
process.stdout.write('ready\n');
