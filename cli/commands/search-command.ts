import type { CommandContext } from '../command-context.ts';
import { withClient } from '../operator-api.ts';
import { show } from '../show/show.ts';
import { formatRecords } from '../show/terminal.ts';

/** `holdfast search`: finds ids and names, at most 20. */
export async function searchCommand(
  context: CommandContext,
  text: string,
  options: { readonly json: boolean },
): Promise<void> {
  const data = await withClient(context, (holdfast) => holdfast.search(text));
  show({ data }, options, () =>
    data.length === 0
      ? 'Nothing is called so.'
      : formatRecords(
          ['type', 'id'],
          data.map(({ type, id, account_id, job_id, label }) => ({
            cells: [type, id],
            below: [label, `of ${[job_id, account_id ?? 'the platform'].filter(Boolean).join(', ')}`],
          })),
        ),
  );
}
