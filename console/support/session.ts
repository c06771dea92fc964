import type { ConsoleSession } from '../../client/http/wire-types.ts';
import { makeClient } from '../shared/data/make-client.ts';
import { codeOf } from '../shared/data/problem-words.ts';

/** Who signed in, until when, and what the page sends with all that it writes. Its cookie is the browser's alone. */
export type Session = ConsoleSession;

/** The session of the cookie; null: there is none, or it is over. */
export async function readSession(signal?: AbortSignal): Promise<Session | null> {
  try {
    return await makeClient({ apiKey: null }).consoleSessions.current({ signal });
  } catch (error) {
    const code = codeOf(error);
    if (code === 'unauthenticated' || code === 'forbidden') return null;
    throw error;
  }
}

/** @param key Null where a trusted proxy says who it is. It is sent this once, and kept nowhere. */
export function signIn(key: string | null, actor: string): Promise<Session> {
  return makeClient({ apiKey: key, retry: { retries: 0 } }).consoleSessions.create(actor);
}

export function signOut({ csrf_token: token }: Session): Promise<void> {
  return makeClient({ apiKey: null }).consoleSessions.end(token);
}
