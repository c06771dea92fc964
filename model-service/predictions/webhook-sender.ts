import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { withTimeLimit } from '../../runtime/time-limit.ts';

/** Pauses before the second and third try. After them only the poll remains: a webhook is a hint. */
const RETRY_AFTER_MS = [500, 2_000] as const;

const TIMEOUT_MS = 2_000;

/** Webhooks under way at once. Further ones are dropped. */
const MAX_UNDER_WAY = 256;

/**
 * Posts the end of a prediction to the address of its submission: best effort, and signed as Standard Webhooks if there
 * is a secret.
 */
export class WebhookSender {
  readonly #closing = new AbortController();
  readonly #secret: Buffer | null;
  #underWay = 0;

  /** @param secret `whsec_` and base64; null: nothing is signed. */
  constructor(secret: string | null) {
    this.#secret = secret === null ? null : Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  }

  /** Returns at once. A delivery that fails three times is dropped. */
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
    // The same for each try: a receiver recognises a repetition by it.
    const id = `msg_${randomUUID()}`;
    for (const waitMs of [0, ...RETRY_AFTER_MS]) {
      if (waitMs > 0) await sleep(waitMs, undefined, { signal: this.#closing.signal });
      if (await this.#post(url, id, body)) return;
    }
  }

  async #post(url: string, id: string, body: string): Promise<boolean> {
    try {
      return await withTimeLimit(TIMEOUT_MS, this.#closing.signal, async (signal) => {
        const headers = { 'content-type': 'application/json', ...this.#sign(id, body) };
        const answer = await request(url, { method: 'POST', headers, body, signal });
        await answer.body.dump();
        return answer.statusCode < 300;
      });
    } catch {
      return false;
    }
  }

  /** standardwebhooks.com: HMAC-SHA256 over id, time and body. */
  #sign(id: string, body: string): Readonly<Record<string, string>> {
    if (this.#secret === null) return {};
    const timestamp = String(Math.floor(Date.now() / 1_000));
    const signature = createHmac('sha256', this.#secret)
      .update(`${id}.${timestamp}.${body}`)
      .digest('base64');
    return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
  }
}
