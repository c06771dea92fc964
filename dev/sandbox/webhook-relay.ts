import type { IncomingMessage, ServerResponse } from 'node:http';
import { jobIdOfOutput } from '../../domain/ids.ts';
import { parseWebhookToken, WEBHOOK_PATH } from '../../domain/webhooks/provider-webhook-address.ts';
import { forwardRequest } from './forward-request.ts';

type Trap = { readonly jobIds: ReadonlySet<string>; readonly onLost: (jobId: string) => void };

/** Forwards the model service's webhooks to the stack's API, but for one that is to be lost. */
export class WebhookRelay {
  #trap: Trap | null = null;

  /** Loses the next webhook about one of these jobs. Resolves with the job's id; rejects when `signal` is aborted. */
  loseNext(jobIds: ReadonlySet<string>, signal: AbortSignal): Promise<string> {
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        this.#trap = null;
        reject(new Error('no webhook of these jobs came'));
      };
      this.#trap = {
        jobIds,
        onLost: (jobId) => {
          signal.removeEventListener('abort', giveUp);
          this.#trap = null;
          resolve(jobId);
        },
      };
      signal.addEventListener('abort', giveUp, { once: true });
      if (signal.aborted) giveUp();
    });
  }

  /** Returns whether the path is that of a webhook. */
  takes(path: string): boolean {
    return path.startsWith(`${WEBHOOK_PATH}/`);
  }

  handle(request: IncomingMessage, response: ServerResponse, apiUrl: string): void {
    const jobId = jobIdOf(request.url ?? '');
    if (jobId !== null && this.#trap?.jobIds.has(jobId) === true) {
      this.#trap.onLost(jobId);
      // Accepted but not forwarded: a service that is refused would send it again.
      response.writeHead(204).end();
      return;
    }
    forwardRequest(request, response, { apiUrl, headers: request.headers });
  }
}

/** Returns the job of a webhook's address; null: it names none. */
function jobIdOf(path: string): string | null {
  const [, last = ''] = /\/([^/?#]*)$/.exec(path) ?? [];
  try {
    const token = parseWebhookToken(decodeURIComponent(last));
    const [, stem, index] = /^att_([a-z2-7]+)_([0-9]+)_/.exec(token?.reference ?? '') ?? [];
    return stem === undefined || index === undefined ? null : jobIdOfOutput(`out_${stem}_${index}`);
  } catch {
    return null;
  }
}
