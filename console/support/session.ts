import type { ConsoleSession } from '../../client/http/wire-types.ts';
import { makeClient } from '../shared/data/make-client.ts';
import { codeOf } from '../shared/data/problem-words.ts';

/** Who signed in, until when, and the csrf token for writes. The session's cookie cannot be read by the page. */
export type Session = ConsoleSession;

/** The session of the browser's cookie; null: there is none, or it has ended. */
export async function readSession(signal?: AbortSignal): Promise<Session | null> {
  try {
    return await makeClient({ apiKey: null }).consoleSessions.current({ signal });
  } catch (error) {
    const code = codeOf(error);
    if (code === 'unauthenticated' || code === 'forbidden') return null;
    throw error;
  }
}

/**
 * @param key null: a trusted proxy names the person. The key is sent once and kept nowhere.
 * @param actor null: as the proxy says, which decides in any case
 */
export function signIn(key: string | null, actor: string | null): Promise<Session> {
  return makeClient({ apiKey: key, retry: { retries: 0 } }).consoleSessions.create(actor);
}

export function signOut({ csrf_token: token }: Session): Promise<void> {
  return makeClient({ apiKey: null }).consoleSessions.end(token);
}
