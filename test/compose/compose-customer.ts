import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { ComposeEngine, HttpRequest, Output } from './compose-engine.ts';

const PAUSE_MS = 250;
const ENDS_WITHIN_MS = 180_000;

const JOB = z.looseObject({
  id: z.string(),
  state: z.string(),
  failure: z.looseObject({ code: z.string() }).nullable(),
  billing: z.looseObject({ committed: z.number(), reserved: z.number() }),
  outputs: z.array(z.looseObject({ content_url: z.string().nullable() })),
  links: z.looseObject({ self: z.string(), temporal: z.string() }),
});
const CATALOGUE = z.looseObject({ kinds: z.array(z.looseObject({ name: z.string() })) });
const BALANCE = z.looseObject({ available: z.number(), reserved: z.number() });

export type Job = z.output<typeof JOB>;
type Balance = z.output<typeof BALANCE>;

/** An operator and a customer of a deployment: they know the README, the command line and the API, and nothing else. */
export class ComposeCustomer {
  readonly #engine: ComposeEngine;
  readonly #headers: Readonly<Record<string, string>>;

  private constructor(engine: ComposeEngine, headers: Readonly<Record<string, string>>) {
    this.#engine = engine;
    this.#headers = headers;
  }

  /** Makes the first key and opens an account, by the commands of the README. */
  static async open(engine: ComposeEngine): Promise<ComposeCustomer> {
    const key = await engine.run('cli', [
      'key',
      'create',
      '--name',
      'platform',
      '--scope',
      'admin',
      '--json',
    ]);
    const { secret } = z.looseObject({ secret: z.string() }).parse(succeeded(key));
    engine.variables['HOLDFAST_PLATFORM_KEY'] = secret;
    const reference = `crm-${randomUUID()}`;
    const opened = await engine.run('cli', [
      ...['account', 'open', '--name', 'Tidewell', '--reference', reference, '--json'],
    ]);
    const { id } = z.looseObject({ id: z.string() }).parse(succeeded(opened));
    return new ComposeCustomer(engine, { Authorization: `Bearer ${secret}`, 'Holdfast-Account': id });
  }

  /** Submits a static ad; sent again under the same key while nothing takes it, as docs and problems advise. */
  async submit(key: string, withinMs: number): Promise<Job> {
    const body = JSON.stringify({ kind: 'static_ad', brief: { headline: 'Fresh bread, every morning' } });
    const until = Date.now() + withinMs;
    for (;;) {
      const answer = await this.#call({
        method: 'POST',
        path: '/v1/jobs',
        headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
        body,
      });
      if (answer !== null && answer.status < 300) return JOB.parse(JSON.parse(answer.text));
      if (answer !== null && answer.status < 500) throw new Error(`refused: ${answer.text}`);
      if (Date.now() > until)
        throw new Error(`not taken within ${String(withinMs)} ms: ${answer?.text ?? ''}`);
      await sleep(PAUSE_MS);
    }
  }

  /** The names of the kinds that can be asked for. */
  async kindsOffered(): Promise<readonly string[]> {
    const answer = await this.#call({ method: 'GET', path: '/v1/catalogue', headers: {} });
    return CATALOGUE.parse(JSON.parse(answer?.text ?? '{}')).kinds.map(({ name }) => name);
  }

  async untilEnded(job: Job): Promise<Job> {
    const until = Date.now() + ENDS_WITHIN_MS;
    for (;;) {
      const answer = await this.#call({ method: 'GET', path: job.links.self, headers: {} });
      const now = answer?.status === 200 ? JOB.parse(JSON.parse(answer.text)) : job;
      if (/^(succeeded|failed|canceled)$/.test(now.state)) return now;
      if (Date.now() > until) throw new Error(`not ended: ${JSON.stringify(now)}`);
      await sleep(PAUSE_MS);
    }
  }

  /** The bytes of what a job made, as latin1 text. */
  async content(job: Job): Promise<string> {
    const answer = await this.#call({ method: 'GET', path: job.outputs[0]?.content_url ?? '', headers: {} });
    if (answer?.status !== 200) throw new Error(`no content: ${answer?.text ?? ''}`);
    return answer.text;
  }

  async balance(): Promise<Balance> {
    const answer = await this.#call({ method: 'GET', path: '/v1/balance', headers: {} });
    return BALANCE.parse(JSON.parse(answer?.text ?? ''));
  }

  /** Null when nothing responds. */
  async #call(request: HttpRequest): Promise<{ readonly status: number; readonly text: string } | null> {
    const headers = { ...this.#headers, ...request.headers };
    return this.#engine.request({ ...request, headers }).catch(() => null);
  }
}

/** The JSON that a command printed. Throws with what it said when it failed. */
function succeeded({ code, stdout, stderr }: Output): unknown {
  if (code !== 0) throw new Error(`a command of the README failed (${String(code)}): ${stderr}${stdout}`);
  return JSON.parse(stdout);
}
