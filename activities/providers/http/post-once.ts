import { Readable } from 'node:stream';
import { request, type Dispatcher } from 'undici';
import { watchConnection } from './watch-connection.ts';
import { readAnswer, type Answer } from './read-answer.ts';

export type Posted =
  | { readonly outcome: 'answered'; readonly answer: Answer }
  /** No byte was sent: there was no connection, or `mayPost` returned false. */
  | { readonly outcome: 'not_sent' }
  /**
   * The request may have arrived, and no complete answer came. Its connection was reset, so nothing more of it arrives.
   * `mayArriveLater`: something had begun to respond, such as a gateway, which may have passed the request on.
   */
  | { readonly outcome: 'unknown'; readonly mayArriveLater: boolean };

type Post = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly dispatcher: Dispatcher;
  readonly signal: AbortSignal;
  /** From the first byte sent to the end of the answer. Milliseconds. */
  readonly timeoutMs: number;
  readonly maxAnswerBytes: number;
  /** Called once, when there is a connection and before the first byte is sent. */
  readonly mayPost: () => Promise<boolean>;
};

/**
 * Posts JSON at most once. The head of a request is written with the first chunk of its body, so the body is a stream
 * whose first chunk waits for `mayPost`: until then there is a connection and nothing is sent on it. Never rejects.
 */
export async function postOnce(post: Post): Promise<Posted> {
  const controller = new AbortController();
  const giveUp = (): void => {
    controller.abort(post.signal.reason);
  };
  post.signal.addEventListener('abort', giveUp, { once: true });
  if (post.signal.aborted) giveUp();
  const text = JSON.stringify(post.body);
  const sending = { hasBegun: false, isOver: false };
  let asking: Promise<boolean> | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function* bodyOnce(): AsyncGenerator<string> {
    const isAllowed = await (asking = post.mayPost());
    if (!isAllowed || sending.isOver)
      throw new NotToBeSent('the post was refused or given up before its first byte');
    sending.hasBegun = true;
    connection.sends();
    timer = setTimeout(() => {
      controller.abort(
        new DOMException(`no answer to the post within ${String(post.timeoutMs)} ms`, 'TimeoutError'),
      );
    }, post.timeoutMs);
    yield text;
  }
  const body = Readable.from(bodyOnce(), { objectMode: false });
  const connection = watchConnection(body);

  try {
    const response = await request(post.url, {
      method: 'POST',
      dispatcher: post.dispatcher,
      signal: controller.signal,
      headers: {
        ...post.headers,
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(text)),
      },
      body,
      // The limit is `timeoutMs`. undici's own limits are 5 minutes, less than a run may take.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    return { outcome: 'answered', answer: await readAnswer(response, post.maxAnswerBytes) };
  } catch {
    sending.isOver = true;
    // `mayPost` may still be under way, and the caller has to know whether it made a row.
    await asking?.catch(() => false);
    if (!sending.hasBegun) return { outcome: 'not_sent' };
    return { outcome: 'unknown', mayArriveLater: connection.hasAnswered() };
  } finally {
    clearTimeout(timer);
    connection.forget();
    post.signal.removeEventListener('abort', giveUp);
  }
}

class NotToBeSent extends Error {
  override readonly name = 'NotToBeSent';
}
