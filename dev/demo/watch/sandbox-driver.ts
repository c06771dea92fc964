import { setTimeout as sleep } from 'node:timers/promises';
import {
  TOKEN_HEADER,
  type Act,
  type ActName,
  type SandboxRefusal,
  type SandboxState,
} from '../../../console/sandbox/sandbox-wire.ts';
import { readSandboxUrl } from '../../sandbox/open-sandbox.ts';

const CALL_TIMEOUT_MS = 15_000;
const LOOK_EVERY_MS = 200;

/** Does by the sandbox's server what the buttons of its page do: a page that is open shows all of it. */
export class SandboxDriver {
  readonly #base: string;
  readonly #token: string;

  constructor(sandboxUrl: string) {
    const { base, token } = readSandboxUrl(sandboxUrl);
    this.#base = base;
    this.#token = token;
  }

  async state(): Promise<SandboxState> {
    return (await this.#ask('GET', 'state')) as SandboxState;
  }

  async renewAccount(): Promise<SandboxState> {
    return (await this.#ask('POST', 'accounts')) as SandboxState;
  }

  async begin(name: ActName): Promise<Act> {
    return (await this.#ask('POST', 'acts', { name })) as Act;
  }

  /** Follows an act to its end, telling each line of it once. Throws when `limitMs` is over. */
  async follow(id: number, say: (line: string) => void, limitMs: number): Promise<Act> {
    const deadline = performance.now() + limitMs;
    let told = 0;
    for (;;) {
      const act = (await this.state()).acts.find((one) => one.id === id);
      if (act === undefined) throw new Error('another account has been chosen on the page');
      for (const line of act.lines.slice(told)) say(line);
      told = act.lines.length;
      if (act.state === 'done' || act.state === 'failed') return act;
      if (performance.now() > deadline) throw new Error(`not over after ${String(limitMs / 1_000)} s`);
      await sleep(LOOK_EVERY_MS);
    }
  }

  async #ask(method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.#base}/control/${path}`, {
      method,
      headers: { [TOKEN_HEADER]: this.#token, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    });
    if (response.ok) return response.json();
    throw new Error(((await response.json()) as SandboxRefusal).detail);
  }
}
