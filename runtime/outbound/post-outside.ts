import { Agent, request, type Dispatcher } from 'undici';
import { withTimeLimit } from '../time-limit.ts';
import { AddressRefused, createCheckedLookup, type Resolve } from './checked-lookup.ts';
import { faultOfAddress } from './open-outside.ts';
import type { OutboundRules } from './public-address.ts';

const CONNECT_TIMEOUT_MS = 5_000;

type OutsidePost = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/**
 * The response of a stranger's address, or why there was none. A redirect is a response, and not followed. `text` is the
 * part of the body that arrived in time.
 */
export type OutsideReply =
  | { readonly outcome: 'answered'; readonly status: number; readonly text: string }
  | { readonly outcome: 'failed'; readonly why: string };

export type PostOutside = (post: OutsidePost) => Promise<OutsideReply>;

/**
 * Posts to addresses that strangers named: https and public machines only, by the checked address. Each post has its
 * own connection, takes at most `timeoutMs`, and reads a bounded part of the response. Never rejects.
 */
export function createPostOutside(
  resolve: Resolve,
  rules: OutboundRules,
  limits: { readonly timeoutMs: number; readonly maxReplyBytes: number },
): PostOutside {
  return async (post) => {
    const fault = faultOfAddress(post.url, rules);
    if (fault !== null) return { outcome: 'failed', why: fault };
    const agent = new Agent({
      pipelining: 1,
      connect: { timeout: CONNECT_TIMEOUT_MS, lookup: createCheckedLookup(resolve, rules) },
    });
    try {
      return await withTimeLimit(limits.timeoutMs, null, async (signal) => {
        const answer = await request(post.url, {
          method: 'POST',
          dispatcher: agent,
          signal,
          headers: { ...post.headers, 'user-agent': 'holdfast' },
          body: post.body,
        });
        const text = await readStart(answer.body, limits.maxReplyBytes);
        return { outcome: 'answered', status: answer.statusCode, text };
      });
    } catch (error) {
      return { outcome: 'failed', why: reasonOf(error) };
    } finally {
      await agent.destroy();
    }
  };
}

/**
 * Reads the beginning of a body, without NUL, which PostgreSQL cannot store. A body that breaks off or comes too slowly
 * ends there: its status says all, and the rest would only be shown in a log.
 */
async function readStart(body: Dispatcher.ResponseData['body'], maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= maxBytes) break;
    }
  } catch {
    // What came is kept.
  }
  return Buffer.concat(chunks).subarray(0, maxBytes).toString('utf8').replaceAll('\0', '');
}

function reasonOf(error: unknown): string {
  if (error instanceof AddressRefused) return 'private_address';
  if (error instanceof DOMException && error.name === 'TimeoutError') return 'timeout';
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreachable';
  return code.startsWith('UND_ERR_CONNECT_TIMEOUT') ? 'timeout' : code;
}
