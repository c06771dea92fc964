import { noteAnswer } from './answered-statuses.ts';
import { matchDocument } from './match-document.ts';
import { matchShape } from './match-shape.ts';

/** By origin of an API under test: what was wrong with responses of it. */
const watched = new Map<string, string[]>();
const fetchUnwatched = globalThis.fetch;

/**
 * From now on every response that anything in this process is sent from an address by `fetch` is held against contract and document: what
 * a test asks for, and what the client and the command line ask for. `close` returns what was wrong: a client that tries again swallows it.
 */
export function watchResponses(url: string): { readonly close: () => readonly string[] } {
  const { origin } = new URL(url);
  const faults: string[] = [];
  watched.set(origin, faults);
  globalThis.fetch = fetchWatched;
  return {
    close() {
      watched.delete(origin);
      return faults;
    },
  };
}

const fetchWatched: typeof fetch = async (input, init) => {
  const response = await fetchUnwatched(input, init);
  const url = new URL(input instanceof Request ? input.url : input);
  const faults = watched.get(url.origin);
  if (faults === undefined) return response;
  const method = (init?.method ?? (input instanceof Request ? input.method : 'GET')).toUpperCase();
  try {
    hold({ method, path: `${url.pathname}${url.search}` }, response, await jsonOf(response));
  } catch (error) {
    faults.push(error instanceof Error ? error.message : String(error));
    throw error;
  }
  return response;
};

function hold(
  request: { readonly method: string; readonly path: string },
  { status, headers }: Response,
  text: string | null,
): void {
  const contentType = headers.get('content-type');
  const name = matchShape(request, { status, contentType, text: text ?? '' });
  if (name === undefined) return;
  matchDocument(name, { status, headers, text });
  noteAnswer(name, status);
}

/** The body where it is JSON; empty where there is none; null of any other, which may be without end. */
async function jsonOf(response: Response): Promise<string | null> {
  if (response.body === null) return '';
  return /^application\/(?:problem\+)?json/.test(response.headers.get('content-type') ?? '')
    ? response.clone().text()
    : null;
}
