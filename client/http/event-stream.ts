import { HoldfastError } from './holdfast-error.ts';
import { pause, waitBefore } from './retry-rule.ts';
import type { ApiCall, Transport } from './transport.ts';

/** One event of a stream, as the wire frames it (WHATWG, "Server-sent events"). One without data says where a stream from now on begins. */
type Frame = { readonly id: string; readonly data: string };

/** The API sends something every 15 s. A stream that is silent for longer is dead. */
const SILENCE_MS = 45_000;

/** The API ends streams from time to time. One that lived this long ended normally. */
const LIVED_MS = 10_000;

/**
 * The events of a path, each once and in order, over broken connections and restarts of the API (Last-Event-ID). Ends
 * when the API says that nothing more comes. Gives up after as many breaks in a row, without an event, as a call has
 * retries.
 */
export async function* streamEvents<Event>(
  transport: Transport,
  call: ApiCall,
  options: {
    readonly after: string | undefined;
    /** Whether a stream that ended after this event is complete. */
    readonly isLast: (event: Event) => boolean;
  },
): AsyncGenerator<Event, void, undefined> {
  let lastId = options.after;
  let cuts = 0;
  for (;;) {
    let isOver = false;
    let isWhole = false;
    let cause: unknown;
    const openedAt = performance.now();
    const response = await transport.open({
      ...call,
      headers: {
        accept: 'text/event-stream',
        ...(lastId === undefined ? {} : { 'last-event-id': lastId }),
      },
    });
    // Nothing is left.
    if (response.status === 204 || response.body === null) return;
    try {
      for await (const frame of readFrames(response.body, call.signal)) {
        if (frame.id === lastId) continue;
        lastId = frame.id;
        if (frame.data === '') continue;
        const event = JSON.parse(frame.data) as Event;
        cuts = 0;
        isOver ||= options.isLast(event);
        yield event;
      }
      isWhole = true;
    } catch (error) {
      call.signal?.throwIfAborted();
      if (!(error instanceof TypeError || error instanceof SilentStream)) throw error;
      cause = error;
    }
    if (isOver && isWhole) return;
    cuts = performance.now() - openedAt > LIVED_MS ? 1 : cuts + 1;
    const waitMs = waitBefore(cuts, transport.retry, null);
    if (waitMs === null) throw brokenOff(call, cause);
    await pause(waitMs, call.signal);
  }
}

class SilentStream extends Error {}

function brokenOff(call: ApiCall, cause: unknown): HoldfastError {
  return new HoldfastError(
    `GET ${call.path}: the stream broke off again and again`,
    { code: 'connection_failed', retryable: true, billed: 'no' },
    { cause },
  );
}

/** Reads frames from a body. Comments, frames without an id and an incomplete last frame are dropped. */
async function* readFrames(
  body: ReadableStream<Uint8Array>,
  signal?: AbortSignal,
): AsyncGenerator<Frame, void, undefined> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  try {
    for (;;) {
      const { done, value } = await readInTime(reader, signal);
      if (done) return;
      text += decoder.decode(value, { stream: true });
      const parts = text.split(/\r?\n\r?\n/);
      text = parts.pop() ?? '';
      for (const part of parts) {
        const frame = parseFrame(part);
        if (frame !== null) yield frame;
      }
    }
  } finally {
    // A reader that stops early frees the connection.
    await reader.cancel().catch(() => undefined);
  }
}

async function readInTime(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }> {
  signal?.throwIfAborted();
  let free: () => void = () => undefined;
  const ends = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => {
      reject(new SilentStream(`nothing came for ${String(SILENCE_MS)} ms`));
    }, SILENCE_MS);
    const onAbort = () => {
      reject(signal?.reason as Error);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    free = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
  });
  try {
    return await Promise.race([reader.read(), ends]);
  } finally {
    free();
  }
}

function parseFrame(part: string): Frame | null {
  let id = '';
  const data: string[] = [];
  for (const line of part.split(/\r?\n/)) {
    const [field = '', value = ''] = splitOnce(line);
    if (field === 'id') id = value;
    if (field === 'data') data.push(value);
  }
  return id === '' ? null : { id, data: data.join('\n') };
}

function splitOnce(line: string): readonly string[] {
  const at = line.indexOf(':');
  if (at < 0) return [line, ''];
  return [line.slice(0, at), line.slice(at + 1).replace(/^ /, '')];
}
