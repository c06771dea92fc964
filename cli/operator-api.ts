import { HoldfastClient, HoldfastError, type ApiCall } from '../client/http/http-client.ts';
import type { CommandContext } from './command-context.ts';
import { CommandError, EXIT_CODE } from './exit-codes.ts';
import { describeProblem } from './show/describe-problem.ts';

const CALL_TIMEOUT_MS = 20_000;

/** An operator waits at a terminal: an API that is away is told of within seconds. */
const RETRIES = 2;

/** One call, as an operator makes it. */
type OperatorCall = Pick<ApiCall, 'method' | 'body'> & {
  /** Whom it acts for (Holdfast-Account). */
  readonly account?: string | undefined;
  readonly accept?: string;
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
  const client = await connectClient(context);
  return {
    open: (path, call) => told(context, () => client.open(apiCall(path, call))),
    json: (path, call) =>
      told(context, async () => {
        let isReplay = false;
        const body = await client.request({
          ...apiCall(path, call),
          onResponse: (response) => (isReplay = response.isReplay),
        });
        return { body: body as never, isReplay };
      }),
  };
}

/** The same by the client's own calls. */
export async function withClient<Result>(
  context: CommandContext,
  use: (holdfast: HoldfastClient) => Promise<Result>,
): Promise<Result> {
  const client = await connectClient(context);
  return told(context, () => use(client));
}

async function connectClient(context: CommandContext): Promise<HoldfastClient> {
  const { url, key } = await context.api();
  return new HoldfastClient({
    ...{ baseUrl: url, apiKey: key, timeoutMs: CALL_TIMEOUT_MS, retry: { retries: RETRIES } },
    headers: { 'holdfast-actor': headerText(context.actor) },
  });
}

function apiCall(path: string, { key, accept, ...call }: OperatorCall = {}): ApiCall {
  return {
    ...call,
    path,
    idempotencyKey: key,
    ...(accept === undefined ? {} : { headers: { accept } }),
  };
}

/** What is thrown, in words for a terminal. */
async function told<Result>(context: CommandContext, call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    throw new CommandError(describeProblem(error, context), EXIT_CODE.failed);
  }
}

/** The bytes of UTF-8, one character each: a header holds no more. */
function headerText(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
