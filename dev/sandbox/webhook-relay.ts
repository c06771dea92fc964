import type { IncomingMessage, ServerResponse } from 'node:http';
import { jobIdOfOutput } from '../../domain/ids.ts';
import { parseWebhookToken, WEBHOOK_PATH } from '../../domain/webhooks/webhook-address.ts';
import { forwardRequest } from './forward-request.ts';

type Trap = { readonly jobIds: ReadonlySet<string>; readonly onLost: (jobId: string) => void };

/** Where the model service tells the stack's API that a job is done: everything is handed on, but for a webhook that is to be lost. */
export class WebhookRelay {
  #trap: Trap | null = null;

  /** The next webhook about one of these jobs is lost. Resolves with the job; throws once `signal` is aborted. */
  loseNext(jobIds: ReadonlySet<string>, signal: AbortSignal): Promise<string> {
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        this.#trap = null;
        reject(new Error('no webhook came that could be lost'));
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.#trap = {
        jobIds,
        onLost: (jobId) => {
          signal.removeEventListener('abort', giveUp);
          this.#trap = null;
          resolve(jobId);
        },
      };
    });
  }

  /** Whether the path is one that the relay takes. */
  takes(path: string): boolean {
    return path.startsWith(`${WEBHOOK_PATH}/`);
  }

  handle(request: IncomingMessage, response: ServerResponse, apiUrl: string): void {
    const jobId = jobIdOf(request.url ?? '');
    if (jobId !== null && this.#trap?.jobIds.has(jobId) === true) {
      this.#trap.onLost(jobId);
      // Taken, and not handed on: a service that is refused would send it again.
      response.writeHead(204).end();
      return;
    }
    forwardRequest(request, response, { apiUrl, headers: request.headers });
  }
}

/** The job that an address of a webhook is about; null where it names none. */
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
