import { apiAddress } from '../shared/data/api-address.ts';
import { TOKEN_HEADER, type ActName, type SandboxRefusal, type SandboxState } from './sandbox-wire.ts';

/** A request that the stack's server refused; the message says why. */
export class SandboxRefused extends Error {
  readonly status: number;

  constructor(status: number, detail: string) {
    super(detail);
    this.status = status;
  }
}

const TIMEOUT_MS = 10_000;

/** Calls the stack's own server: reads the sandbox's state and starts acts. */
export class SandboxControl {
  readonly #token: string;

  constructor(token: string) {
    this.#token = token;
  }

  /** Throws SandboxRefused; TypeError or DOMException if the server cannot be reached. */
  async state(): Promise<SandboxState> {
    const response = await this.#ask('GET', 'state');
    return (await response.json()) as SandboxState;
  }

  async begin(name: ActName): Promise<void> {
    await this.#ask('POST', 'acts', { name });
  }

  async renewAccount(): Promise<void> {
    await this.#ask('POST', 'accounts');
  }

  async #ask(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Response> {
    const response = await fetch(`${apiAddress()}/control/${path}`, {
      method,
      headers: { [TOKEN_HEADER]: this.#token, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.ok) return response;
    const { detail } = (await response.json()) as SandboxRefusal;
    throw new SandboxRefused(response.status, detail);
  }
}
