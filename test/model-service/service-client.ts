import { setTimeout as sleep } from 'node:timers/promises';

/** A prediction as the service shows it; only what tests look at. */
type SeenPrediction = {
  readonly id: string;
  readonly reference: string;
  readonly status: string;
  readonly queue_position: number | null;
  readonly progress: { readonly stage: string; readonly fraction: number } | null;
  readonly error: { readonly code: string } | null;
  readonly output:
    | readonly {
        readonly url: string;
        readonly content_type: string;
        readonly bytes: number;
        readonly sha256: string;
      }[]
    | null;
  readonly metrics: { readonly billed: boolean; readonly cost: string };
};

type Answer = {
  readonly status: number;
  readonly headers: Headers;
  // A test checks what it reads of a body by its expectations.
  readonly body: SeenPrediction & {
    readonly error: { readonly code: string } | null;
    readonly data: readonly SeenPrediction[];
    readonly [field: string]: unknown;
  };
};

const BRIEF = { headline: 'A headline', call_to_action: 'Go' };

/** The calls of the service, in its own words. */
export function serviceClient(url: string) {
  const ask = async (path: string, init: RequestInit = {}): Promise<Answer> => {
    const answer = await fetch(`${url}${path}`, init);
    return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Answer['body'] };
  };
  const post = (path: string, body: unknown): Promise<Answer> =>
    ask(path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
  return {
    ask,
    post,
    submit: (
      reference: string,
      input: Readonly<Record<string, unknown>> = {},
      more: object = {},
    ): Promise<Answer> =>
      post('/v1/predictions', { reference, input: { kind: 'static_ad', brief: BRIEF, ...input }, ...more }),
    read: (id: string): Promise<Answer> => ask(`/v1/predictions/${id}`),
    find: (reference: string): Promise<Answer> => ask(`/v1/predictions?reference=${reference}`),
    cancel: (id: string): Promise<Answer> => post(`/v1/predictions/${id}/cancel`, {}),
    counts: (reference: string): Promise<Answer> => ask(`/v1/stats?reference=${reference}`),
    /** Reads until the prediction has one of the statuses, for at most 20 s. */
    async waitFor(id: string, ...statuses: readonly string[]): Promise<SeenPrediction> {
      for (let tries = 0; tries < 1_000; tries += 1) {
        const { body } = await ask(`/v1/predictions/${id}`);
        if (statuses.includes(body.status)) return body;
        await sleep(20);
      }
      throw new Error(`${id} never became ${statuses.join(' or ')}`);
    },
  };
}
