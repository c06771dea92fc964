import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { LOCAL_HOST } from '../free-ports.ts';
import type { Stack } from '../stack/stack-handle.ts';
import { createSandboxServer } from './sandbox-server.ts';
import { SandboxActs } from './sandbox-acts.ts';
import { lazySandboxPage } from './sandbox-page.ts';
import type { SandboxSettings } from './sandbox-settings.ts';
import { WebhookRelay } from './webhook-relay.ts';

export type Sandbox = { readonly close: () => Promise<void> };

/** 128 bits: the address still fits a line of a terminal. */
const TOKEN_BYTES = 16;

/**
 * Returns the address of a sandbox's page, with a new token. The token stands behind the `#`, which no server and no
 * log sees.
 */
export function sandboxUrlOf(port: number): string {
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  return `http://${LOCAL_HOST}:${String(port)}/sandbox#token=${token}`;
}

/** Reads the address of a sandbox's page (`sandboxUrlOf`). */
export function readSandboxUrl(url: string): {
  readonly base: string;
  readonly port: number;
  readonly token: string;
} {
  const { origin, port, hash } = new URL(url);
  return { base: origin, port: Number(port), token: hash.replace('#token=', '') };
}

/** Opens the sandbox of a stack that is up, on this machine alone. Rejects when the port is taken. */
export async function openSandbox(options: {
  readonly stack: Stack;
  /** Made by `sandboxUrlOf`. */
  readonly url: string;
  readonly settings: SandboxSettings;
}): Promise<Sandbox> {
  const { stack, settings } = options;
  const { port, token } = readSandboxUrl(options.url);
  const relay = new WebhookRelay();
  const acts = new SandboxActs({ stack, settings, relay });
  const apiUrl = stack.info().api_url;
  const server = createSandboxServer({ port, token, apiUrl, acts, relay, page: lazySandboxPage() });
  server.listen(port, LOCAL_HOST);
  await once(server, 'listening');
  return {
    close: async () => {
      server.close();
      server.closeAllConnections();
      await acts.close();
    },
  };
}
