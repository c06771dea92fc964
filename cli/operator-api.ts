import type { CommandContext } from './command-context.ts';
import { CommandError, EXIT_CODE } from './exit-codes.ts';
import { describeProblem } from './describe-problem.ts';

const CALL_TIMEOUT_MS = 20_000;

/** One call, as an operator makes it. */
type OperatorCall = {
  readonly method?: 'GET' | 'POST' | 'PUT';
  /** Whom it acts for (Holdfast-Account). */
  readonly account?: string | undefined;
  readonly accept?: string;
  readonly body?: object;
  /** Of a call that is keyed by Idempotency-Key. */
  readonly key?: string | undefined;
};

type OperatorAnswer<Body> = {
  readonly body: Body;
  /** The same had been asked before, under the same reference: nothing was done. */
  readonly isReplay: boolean;
};

/** The HTTP API with a platform key. Every refusal is thrown as a CommandError that says what to do. */
export type OperatorApi = {
  /** The caller knows the shape of the response of a path. */
  readonly json: <Body>(path: string, call?: OperatorCall) => Promise<OperatorAnswer<Body>>;
  /** The open answer, to be read as it comes. */
  readonly open: (path: string, call?: OperatorCall) => Promise<Response>;
};

/** The API that the context names. */
export async function connectOperatorApi(context: CommandContext): Promise<OperatorApi> {
  const { url, key } = await context.api();
  const open: OperatorApi['open'] = async (path, call = {}) => {
    const response = await send(context, `${url}${path}`, key, call);
    if (response.ok) return response;
    throw new CommandError(describeProblem(response.status, await response.text()), EXIT_CODE.failed);
  };
  return {
    open,
    json: async (path, call) => {
      const response = await open(path, call);
      const isReplay = response.headers.get('idempotent-replayed') === 'true';
      return { body: (await response.json()) as never, isReplay };
    },
  };
}

async function send(
  context: CommandContext,
  url: string,
  key: string,
  call: OperatorCall,
): Promise<Response> {
  try {
    return await fetch(url, {
      method: call.method ?? (call.body === undefined ? 'GET' : 'POST'),
      headers: {
        authorization: `Bearer ${key}`,
        accept: call.accept ?? 'application/json',
        'holdfast-actor': headerText(context.actor),
        ...(call.account === undefined ? {} : { 'holdfast-account': call.account }),
        ...(call.key === undefined ? {} : { 'idempotency-key': call.key }),
        ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    });
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new CommandError(`${url} does not respond (${cause}). ${context.whenApiIsAway}`, EXIT_CODE.failed);
  }
}

/** The bytes of UTF-8, one character each: a header holds no more. */
function headerText(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
