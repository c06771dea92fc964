import { Readable } from 'node:stream';
import { request, type Dispatcher } from 'undici';
import { watchConnection } from './watch-connection.ts';
import { readAnswer, type Answer } from './read-answer.ts';

export type Posted =
  | { readonly outcome: 'answered'; readonly answer: Answer }
  /** Not a byte has left: no connection, or `mayPost` said no. */
  | { readonly outcome: 'not_sent' }
  /**
   * It may have arrived, and no whole answer came. Its connection has been reset, so nothing of it arrives from now on, unless
   * something had begun to answer, with whatever it may be: a gateway may have passed it on.
   */
  | { readonly outcome: 'unknown'; readonly mayArriveLater: boolean };

export type Post = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly dispatcher: Dispatcher;
  readonly signal: AbortSignal;
  /** From the first byte to the end of the answer. */
  readonly timeoutMs: number;
  readonly maxAnswerBytes: number;
  /** Asked once, when there is a connection and before the first byte. */
  readonly mayPost: () => Promise<boolean>;
};

/**
 * Posts JSON at most once. The body is a stream whose first chunk waits for `mayPost`, since the head of a request is written with the
 * first chunk of its body: until then there is a connection, and nothing on it.
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
    if (!isAllowed || sending.isOver) throw new NotToBeSent('the post is not to be sent');
    sending.hasBegun = true;
    connection.sends();
    timer = setTimeout(() => {
      controller.abort(new DOMException('the post was not answered in time', 'TimeoutError'));
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
      // Its own limit is `timeoutMs`; undici's are 5 minutes, which a run may take.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    return { outcome: 'answered', answer: await readAnswer(response, post.maxAnswerBytes) };
  } catch {
    sending.isOver = true;
    // What was asked goes on asking: the caller is to know whether it made a row.
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
