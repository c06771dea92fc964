import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { withTimeLimit } from '../../runtime/time-limit.ts';

/** Waits before the second and third try; then the poll has to find out (a webhook is a hint). */
const RETRY_AFTER_MS = [500, 2_000] as const;

const TIMEOUT_MS = 2_000;

/** Webhooks under way at once; past it they are dropped rather than piled up. */
const MAX_UNDER_WAY = 256;

/** Posts the end of a prediction to the address in its submission: unsigned, best effort, like some real services do. */
export class WebhookSender {
  readonly #closing = new AbortController();
  #underWay = 0;

  /** Returns at once; a delivery that fails three times is given up in silence. */
  send(url: string, body: unknown): void {
    if (this.#underWay >= MAX_UNDER_WAY) return;
    this.#underWay += 1;
    this.#deliver(url, JSON.stringify(body))
      .catch(() => undefined)
      .finally(() => {
        this.#underWay -= 1;
      });
  }

  close(): void {
    this.#closing.abort();
  }

  async #deliver(url: string, body: string): Promise<void> {
    for (const waitMs of [0, ...RETRY_AFTER_MS]) {
      if (waitMs > 0) await sleep(waitMs, undefined, { signal: this.#closing.signal });
      if (await this.#post(url, body)) return;
    }
  }

  async #post(url: string, body: string): Promise<boolean> {
    try {
      return await withTimeLimit(TIMEOUT_MS, this.#closing.signal, async (signal) => {
        const headers = { 'content-type': 'application/json' };
        const answer = await request(url, { method: 'POST', headers, body, signal });
        await answer.body.dump();
        return answer.statusCode < 300;
      });
    } catch {
      return false;
    }
  }
}
