import type { ConsoleSessionView } from '../../contract/shapes/access-shapes.ts';
import { makeClient } from '../shared/data/make-client.ts';
import { codeOf } from '../shared/data/problem-words.ts';

/** Who signed in, until when, and what the page sends with all that it writes. Its cookie is the browser's alone. */
export type Session = ConsoleSessionView;

const PATH = '/v1/console_sessions';
const NOW = `${PATH}/current`;

/** The session of the cookie; null: there is none, or it is over. */
export async function readSession(signal?: AbortSignal): Promise<Session | null> {
  try {
    return await makeClient({ apiKey: null }).request<Session>({ path: NOW, signal });
  } catch (error) {
    const code = codeOf(error);
    if (code === 'unauthenticated' || code === 'forbidden') return null;
    throw error;
  }
}

/** @param key Null where a trusted proxy says who it is. It is sent this once, and kept nowhere. */
export function signIn(key: string | null, actor: string): Promise<Session> {
  return makeClient({ apiKey: key, retry: { retries: 0 } }).request<Session>({
    path: PATH,
    body: { actor },
    isRepeatable: false,
  });
}

export async function signOut({ csrf_token: token }: Session): Promise<void> {
  const client = makeClient({ apiKey: null, headers: { 'Holdfast-CSRF': token } });
  await client.request({ method: 'DELETE', path: NOW });
}
