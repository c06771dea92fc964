import { CALLS } from '../../contract/calls.ts';
import type { OutputWithLineage } from '../../contract/shapes/job-shapes.ts';
import { isOutputId, jobIdOfOutput } from '../../domain/ids.ts';
import { readJob } from '../../jobs/reads/read-job.ts';
import { readLineage } from '../../jobs/outputs/read-lineage.ts';
import type { Database } from '../../ledger/database.ts';
import { sendTagged } from '../http/send-tagged.ts';
import { jobPath, viewOutput } from '../../jobs/reads/job-view.ts';
import { notFound } from '../http/problem.ts';
import { pathParameter, route, type Route } from '../http/route.ts';

/** GET /v1/outputs/{id}: one output, as its job has it. */
export function readOutputRoute(deps: { readonly database: Database }): Route {
  return route(CALLS.readOutput, {
    async handle(exchange) {
      const { accountId } = exchange;
      const outputId = pathParameter(exchange.request, 'id');
      if (!isOutputId(outputId)) throw notFound('output');
      const [job, lineage] = await Promise.all([
        readJob(deps.database, accountId, jobIdOfOutput(outputId)),
        readLineage(deps.database, accountId, outputId),
      ]);
      const output = job?.outputs.find((one) => one.id === outputId);
      if (job === null || output === undefined || lineage === null) throw notFound('output');
      const shown: OutputWithLineage = {
        ...viewOutput(output),
        job_id: job.id,
        source_output_id: lineage.sourceOutputId,
        derived_output_ids: lineage.derivedOutputIds,
        links: { self: `/v1/outputs/${output.id}`, job: jobPath(job.id) },
      };
      sendTagged(exchange, shown);
    },
  });
}
