import { Pool } from 'undici';

/** One call of a benchmark; the body is sent as JSON. */
export type BenchCall = {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
};

/**
 * Makes a call again and again for a while, `inFlight` at a time over as many connections; returns calls per second. Throws for a
 * response that is not 200.
 */
export async function rateOf(call: BenchCall, inFlight: number, durationMs: number): Promise<number> {
  const { origin, pathname } = new URL(call.url);
  const pool = new Pool(origin, { connections: inFlight });
  const body = call.body === undefined ? null : JSON.stringify(call.body);
  const startedAt = performance.now();
  let made = 0;
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (performance.now() - startedAt < durationMs) {
        const response = await pool.request({
          path: pathname,
          method: call.method,
          headers: { 'content-type': 'application/json', ...call.headers },
          body,
        });
        const text = await response.body.text();
        if (response.statusCode !== 200)
          throw new Error(`${call.url}: ${String(response.statusCode)} ${text}`);
        made += 1;
      }
    }),
  );
  const rate = made / ((performance.now() - startedAt) / 1_000);
  await pool.close();
  return rate;
}
