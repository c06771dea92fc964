import type { AccountEvent, HoldfastClient } from '../../client/http/http-client.ts';
import { drawWebhookSecret, webhookHeaders } from '../../contract/webhook-signature.ts';
import { parseUrl } from '../../domain/parse-url.ts';
import type { CommandContext } from '../command-context.ts';
import { CommandError, EXIT_CODE } from '../exit-codes.ts';
import { withClient } from '../operator-api.ts';
import { printLine, printProgress } from '../show/terminal.ts';

export type ListenOptions = {
  readonly forwardTo: string;
  readonly account?: string;
  readonly count?: number;
  readonly json: boolean;
};

/** The default account: the same each time. */
const SANDBOX = { name: 'holdfast listen', reference: 'holdfast-listen', mode: 'test' } as const;

const FORWARD_TIMEOUT_MS = 10_000;

/**
 * `holdfast listen`: sends every event to a receiver on this machine, signed with a secret that it prints. It prints it
 * once it listens: what happens from then on is sent. As JSON: a line with the secret, then a line per event.
 */
export async function listenCommand(
  context: CommandContext,
  { forwardTo, account: named, count = Infinity, json }: ListenOptions,
): Promise<void> {
  // `localhost:3000` is an address too: of the scheme "localhost".
  if (!/^https?:$/.test(parseUrl(forwardTo)?.protocol ?? ''))
    throw new CommandError(
      '--forward-to: not an address of http, as http://localhost:3000/hook',
      EXIT_CODE.usage,
    );
  const secret = drawWebhookSecret();
  await withClient(context, async (holdfast) => {
    const account = named ?? (await holdfast.accounts.open(SANDBOX)).id;
    let isListening = false;
    const onResponse = () => {
      if (!isListening) printBeginning({ program: context.program, account, secret, forwardTo, json });
      isListening = true;
    };
    let seen = 0;
    for await (const event of holdfast.events({ account, onResponse })) {
      const body = await bodyOf(holdfast, account, event);
      const { id, type, sequence } = event;
      const headers = webhookHeaders({ id, body }, [secret], context.now());
      const result = await forward(forwardTo, headers, body);
      printLine(
        json ? JSON.stringify({ id, sequence, type, result }) : `${String(sequence)}  ${type}  ${result}`,
      );
      seen += 1;
      if (seen >= count) return;
    }
  });
}

function printBeginning(of: {
  readonly program: string;
  readonly account: string;
  readonly secret: string;
  readonly forwardTo: string;
  readonly json: boolean;
}): void {
  const { program, account, secret, forwardTo } = of;
  if (of.json) printLine(JSON.stringify({ account, secret, forward_to: forwardTo }));
  printProgress(`account: ${account}`);
  printProgress(`secret:  ${secret}`);
  printProgress(`Events go to ${forwardTo} until Ctrl-C. Bring one about in another terminal:`);
  printProgress(`  ${program} trigger job.failed --account ${account}`);
}

/** As a webhook says it. */
async function bodyOf(holdfast: HoldfastClient, account: string, event: AccountEvent): Promise<string> {
  const { type, sequence, created_at: timestamp, job_id: jobId } = event;
  const isOfState = jobId !== undefined && type.startsWith('job.');
  const told = jobId === undefined ? event.data : { ...event.data, job_id: jobId };
  const data = isOfState ? await holdfast.jobs.retrieve(jobId, { account }) : told;
  return JSON.stringify({ type, timestamp, sequence, data });
}

/** The result, in a word. It is not retried: the person at the terminal sees it. */
async function forward(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<string> {
  try {
    const signal = AbortSignal.timeout(FORWARD_TIMEOUT_MS);
    const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
    await response.body?.cancel();
    return String(response.status);
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return `failed: ${cause instanceof Error ? cause.message : String(cause)}`;
  }
}
