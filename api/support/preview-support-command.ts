import type { SupportWorkflows } from '../../client/support-workflow.ts';
import type { SupportCommand } from '../../contract/support-command.ts';
import type { Preview } from '../../contract/shapes/support-shapes.ts';
import { assertNever } from '../../domain/assert-never.ts';
import { workflowIdOfOutput } from '../../domain/ids.ts';
import { describeEffect } from '../../domain/support/describe-preview.ts';
import { describeRefusal } from '../../domain/support/support-rules.ts';
import type { StoredJob } from '../../jobs/reads/read-job.ts';
import type { SupportDeps } from '../../jobs/support/apply-support-command.ts';
import { previewCommand, type PreviewedCommand } from '../../jobs/support/preview-command.ts';
import { notFound, Problem } from '../http/problem.ts';
import { wouldDo, wouldRefuse } from '../http/send-preview.ts';
import { invalidCommand } from './invalid-command.ts';
import { circumstancesOf, isAnyRunning } from './command-circumstances.ts';

type Deps = SupportDeps & { readonly supportWorkflows: SupportWorkflows };

/**
 * Previews a support command by the function that applies it, which is rolled back. A resolve's result depends on the
 * provider, which only the workflow asks.
 */
export async function previewSupportCommand(
  deps: Deps,
  accountId: string,
  job: StoredJob,
  command: SupportCommand,
): Promise<Preview> {
  const { supportWorkflows: workflows } = deps;
  const circumstances = await circumstancesOf(workflows, job, command);
  const asked = await previewCommand(deps, accountId, command, circumstances);
  if (asked.outcome !== 'look_up') return viewOf(command, asked);
  const isRunning = await isAnyRunning(workflows, [
    workflowIdOfOutput(job.id, asked.output_id, job.outputs.length),
  ]);
  return viewOf(command, await previewCommand(deps, accountId, command, { isRunning }));
}

function viewOf(command: SupportCommand, previewed: PreviewedCommand): Preview {
  switch (previewed.outcome) {
    case 'done':
    case 'look_up':
      return wouldDo(describeEffect(command, previewed), previewed.as_of);
    case 'refused': {
      const { reason } = previewed;
      return wouldRefuse(reason, describeRefusal(reason));
    }
    case 'not_found':
      throw notFound(previewed.what);
    case 'invalid':
      throw invalidCommand(previewed);
    case 'key_reused':
      throw new Problem('internal');
    default:
      return assertNever(previewed);
  }
}
