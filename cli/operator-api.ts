import { HoldfastClient, HoldfastError, type ApiCall } from '../client/http/http-client.ts';
import type { CommandContext } from './command-context.ts';
import { CommandError, EXIT_CODE } from './exit-codes.ts';
import { describeProblem } from './show/describe-problem.ts';

const CALL_TIMEOUT_MS = 20_000;

/** Short, since an operator waits: an unreachable API is reported within seconds. */
const RETRIES = 2;

/** One call, as an operator makes it. */
type OperatorCall = Pick<ApiCall, 'method' | 'body'> & {
  /** The account it acts for (Holdfast-Account). */
  readonly account?: string | undefined;
  readonly accept?: string;
  /** For a call with an Idempotency-Key. */
  readonly key?: string | undefined;
};

type OperatorAnswer<Body> = {
  readonly body: Body;
  /** It was done before under the same reference. */
  readonly isReplay: boolean;
};

/** The HTTP API with a platform key. Every refusal is thrown as a CommandError that says what to do. */
export type OperatorApi = {
  /** The caller knows the shape of the response of a path. */
  readonly json: <Body>(path: string, call?: OperatorCall) => Promise<OperatorAnswer<Body>>;
  /** The open response, read as it arrives. */
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

/** The same through the HTTP client's calls. */
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

/** An error in words for a terminal. */
async function told<Result>(context: CommandContext, call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    throw new CommandError(describeProblem(error, context), EXIT_CODE.failed);
  }
}

/** The bytes of UTF-8 as characters: a header has no others. */
function headerText(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
