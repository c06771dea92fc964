import type { HoldfastClient } from '../../client/http/http-client.ts';
import type { CommandContext } from '../command-context.ts';
import { CommandError, EXIT_CODE } from '../exit-codes.ts';
import { withClient } from '../operator-api.ts';
import { fields, second, secondOrDash, show } from '../show/show.ts';

export type OneOutputOptions = { readonly account?: string; readonly json: boolean };
export type LinkOptions = OneOutputOptions & { readonly expiresIn: number };

/** `holdfast output show`: an output and its source. */
export async function showOutputCommand(
  context: CommandContext,
  id: string,
  options: OneOutputOptions,
): Promise<void> {
  const output = await withClient(context, async (holdfast) =>
    holdfast.outputs.retrieve(id, { account: await accountOf(holdfast, id, options) }),
  );
  show(output, options, () =>
    fields([
      ['Output', output.id],
      ['Job', output.job_id],
      ['State', output.state],
      ['Credits', output.credits],
      ['Content', output.content_type],
      ['Bytes', output.bytes],
      ['Sha256', output.sha256],
      ['Kept until', secondOrDash(output.expires_at)],
      ['Made from', output.source_output_id],
    ]),
  );
}

/** `holdfast output link`: a link for someone without a key. */
export async function linkOutputCommand(
  context: CommandContext,
  id: string,
  options: LinkOptions,
): Promise<void> {
  const link = await withClient(context, async (holdfast) => {
    const account = await accountOf(holdfast, id, options);
    return holdfast.outputs.link(id, { expires_in_seconds: options.expiresIn }, { account });
  });
  show(
    link,
    options,
    () => `${link.url}\nIt holds until ${second(link.expires_at)}, for everyone who has it.`,
  );
}

/** The output's account, which a customer's call names: support has the id alone. */
async function accountOf(
  holdfast: HoldfastClient,
  id: string,
  { account }: OneOutputOptions,
): Promise<string> {
  if (account !== undefined) return account;
  const found = (await holdfast.search(id)).find((one) => one.type === 'output' && one.id === id);
  const owner = found?.account_id ?? null;
  if (owner !== null) return owner;
  throw new CommandError(`${id}: there is no such output`, EXIT_CODE.failed);
}
