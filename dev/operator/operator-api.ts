import os from 'node:os';
import type { DevConfig } from '../dev-config.ts';
import { CommandError, EXIT_CODE } from '../exit-codes.ts';
import { readRunningStack } from '../stack/stack-info.ts';
import { describeProblem } from './describe-problem.ts';

const CALL_TIMEOUT_MS = 20_000;

/** One call, as an operator makes it. */
export type OperatorCall = {
  readonly method?: 'GET' | 'POST' | 'PUT';
  /** Whom it acts for (Holdfast-Account). */
  readonly account?: string | undefined;
  readonly accept?: string;
  readonly body?: object;
  /** Of a call that is keyed by Idempotency-Key. */
  readonly key?: string | undefined;
};

export type OperatorAnswer<Body> = {
  readonly body: Body;
  /** The same had been asked before, under the same reference: nothing was done. */
  readonly isReplay: boolean;
};

/** The HTTP API with a platform key. Every refusal is thrown as a CommandError that says what to do. */
export type OperatorApi = {
  /** What a path answers with is known to whoever names it. */
  readonly json: <Body>(path: string, call?: OperatorCall) => Promise<OperatorAnswer<Body>>;
  /** The open answer, to be read as it comes. */
  readonly open: (path: string, call?: OperatorCall) => Promise<Response>;
};

/** The API that the environment names, or else the one of the running stack. Exit code 3 when there is neither. */
export async function connectOperatorApi(config: DevConfig): Promise<OperatorApi> {
  const { url, key } = await targetOf(config);
  const open: OperatorApi['open'] = async (path, call = {}) => {
    const response = await send(`${url}${path}`, key, call);
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

async function targetOf(config: DevConfig): Promise<{ readonly url: string; readonly key: string }> {
  const { apiUrl, platformKey } = config;
  if (apiUrl !== null && platformKey !== null) return { url: apiUrl.replace(/\/+$/, ''), key: platformKey };
  if (apiUrl !== null || platformKey !== null) {
    const missing = apiUrl === null ? 'HOLDFAST_API_URL' : 'HOLDFAST_PLATFORM_KEY';
    throw new CommandError(`set ${missing} too: an address and its key go together`, EXIT_CODE.usage);
  }
  const stack = await readRunningStack(config.home);
  if (stack !== null) return { url: stack.api_url, key: stack.platform_key };
  throw new CommandError(
    `no stack is running in ${config.home}; start one with npm start, or set HOLDFAST_API_URL and HOLDFAST_PLATFORM_KEY`,
    EXIT_CODE.notRunning,
  );
}

async function send(url: string, key: string, call: OperatorCall): Promise<Response> {
  try {
    return await fetch(url, {
      method: call.method ?? (call.body === undefined ? 'GET' : 'POST'),
      headers: {
        authorization: `Bearer ${key}`,
        accept: call.accept ?? 'application/json',
        'holdfast-actor': actor(),
        ...(call.account === undefined ? {} : { 'holdfast-account': call.account }),
        ...(call.key === undefined ? {} : { 'idempotency-key': call.key }),
        ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    });
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new CommandError(
      `${url} does not answer (${cause}); see npm run holdfast -- stack status, then send the same again`,
      EXIT_CODE.failed,
    );
  }
}

/** Who sits at the terminal, for the record of what operators did. As the bytes of UTF-8: a header holds no more. */
function actor(): string {
  try {
    return Buffer.from(os.userInfo().username, 'utf8').toString('latin1');
  } catch {
    // A user id without a name, as in some containers.
    return `uid ${String(process.getuid?.() ?? 'unknown')}`;
  }
}
