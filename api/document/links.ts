import type { Call } from '../../contract/call.ts';
import type { JsonSchema, Link } from './document-types.ts';

type NamedCalls = readonly (readonly [name: string, call: Call])[];

/** Where a response of a shape names what other calls take in their paths: the step before the parameter, and a JSON pointer to the id. */
const IDS_IN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Job: { jobs: '/id', outputs: '/outputs/0/id' },
  JobPage: { jobs: '/data/0/id' },
  OutputWithLineage: { outputs: '/id', jobs: '/job_id' },
  Review: { reviews: '/id', outputs: '/output_id', jobs: '/job_id' },
  ReviewPage: { reviews: '/data/0/id' },
  Account: { accounts: '/id' },
  Balance: { accounts: '/account_id', grants: '/grants/0/id' },
  Grant: { grants: '/id' },
};

/** The calls that go on with what a response names. */
export function linksOf(schema: JsonSchema, calls: NamedCalls): Readonly<Record<string, Link>> {
  const shape = String(schema['$ref']).split('/').at(-1) ?? '';
  return Object.fromEntries(
    Object.entries(IDS_IN[shape] ?? {}).flatMap(([step, pointer]) =>
      calls
        .filter(([, { path }]) => firstParameterOf(path) === step)
        .map(([operationId]) => [
          operationId,
          {
            operationId,
            description: `The id is at ${pointer} of this response.`,
            parameters: { id: `$response.body#${pointer}` },
          },
        ]),
    ),
  );
}

/** The step before the only parameter of a path. */
function firstParameterOf(path: string): string | undefined {
  const steps = path.split('/');
  const at = steps.indexOf(':id');
  return steps.filter((step) => step.startsWith(':')).length === 1 ? steps[at - 1] : undefined;
}
