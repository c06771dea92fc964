import { Agent, get } from 'node:http';

/** Streams of server-sent events that are open at once, as one reader of all of them sees them. */
type OpenStreams = {
  /** Resolves once every stream has shown an event with this number; to when each did, in performance.now(). */
  readonly untilAllHave: (sequence: number) => Promise<readonly number[]>;
  readonly close: () => void;
};

type Waiter = {
  readonly sequence: number;
  readonly arrived: (number | null)[];
  readonly resolve: () => void;
};

/** Opens a stream for each of the accounts named, all of them over connections of their own. Resolves once all are open. */
export async function openStreams(
  url: string,
  key: string,
  accounts: readonly string[],
): Promise<OpenStreams> {
  const agent = new Agent({ keepAlive: false, maxSockets: Infinity });
  let waiter: Waiter | null = null;
  const note = (nth: number, text: string) => {
    if (waiter === null || waiter.arrived[nth] !== null) return;
    if (!text.includes(`id: ${String(waiter.sequence)}\n`)) return;
    waiter.arrived[nth] = performance.now();
    if (!waiter.arrived.includes(null)) waiter.resolve();
  };
  const open = (account: string, nth: number) =>
    new Promise<void>((resolve, reject) => {
      const request = get(
        `${url}/v1/events`,
        {
          agent,
          headers: {
            accept: 'text/event-stream',
            authorization: `Bearer ${key}`,
            'holdfast-account': account,
          },
        },
        (response) => {
          if (response.statusCode !== 200) {
            reject(new Error(`a stream was refused: ${String(response.statusCode)}`));
            return;
          }
          response.setEncoding('utf8').on('data', (text: string) => {
            note(nth, text);
          });
          response.on('error', () => undefined);
          resolve();
        },
      );
      request.on('error', reject);
    });
  for (const [nth, account] of accounts.entries()) await open(account, nth);
  return {
    async untilAllHave(sequence) {
      const arrived: (number | null)[] = accounts.map(() => null);
      await new Promise<void>((resolve) => {
        waiter = { sequence, arrived, resolve };
      });
      return arrived.flatMap((at) => (at === null ? [] : [at]));
    },
    close() {
      agent.destroy();
    },
  };
}
