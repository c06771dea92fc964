import type { HoldfastClient } from '../client/http/http-client.ts';
import type { Preview } from '../contract/shapes/support-shapes.ts';
import type { CommandContext } from './command-context.ts';
import { withClient } from './operator-api.ts';
import { describePreview } from './show/describe-preview-lines.ts';
import { show } from './show/show.ts';

/** Of a command that takes `--dry-run`. */
export type DryRunOptions = { readonly dryRun: boolean; readonly json: boolean };

/** Shows what a command would do, where that is asked for. False: it is to be done. */
export async function isDryRun(
  context: CommandContext,
  options: DryRunOptions,
  ask: (holdfast: HoldfastClient) => Promise<Preview>,
): Promise<boolean> {
  if (!options.dryRun) return false;
  const preview = await withClient(context, ask);
  show(preview, options, () => describePreview(preview));
  return true;
}
