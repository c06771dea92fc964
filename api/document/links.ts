import type { Call } from '../../contract/call.ts';
import type { JsonSchema, Link } from './document-types.ts';

type NamedCalls = readonly (readonly [name: string, call: Call])[];

/**
 * Where a response of a shape names what other calls take in their paths: the step before the parameter, and a JSON pointer to the id. A list
 * of keys is not here: the first one may be the reader's own, and what goes on with it revokes it.
 */
const IDS_IN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Job: { jobs: '/id', outputs: '/outputs/0/id' },
  JobPage: { jobs: '/data/0/id', outputs: '/data/0/outputs/0/id' },
  JobEventPage: { jobs: '/data/0/job_id' },
  OutputWithLineage: { outputs: '/id', jobs: '/job_id' },
  Review: { reviews: '/id', outputs: '/output_id', jobs: '/job_id' },
  ReviewPage: { reviews: '/data/0/id', outputs: '/data/0/output_id', jobs: '/data/0/job_id' },
  Account: { accounts: '/id' },
  Balance: { accounts: '/account_id', grants: '/grants/0/id' },
  Grant: { grants: '/id' },
  VoidedGrant: { grants: '/grant/id' },
  CreatedApiKey: { keys: '/id' },
  PortalSession: { portal_sessions: '/id', accounts: '/account_id' },
  CurrentPortalSession: { portal_sessions: '/id', accounts: '/account_id' },
  WebhookEndpoint: { webhook_endpoints: '/id' },
  WebhookEndpointWithSecret: { webhook_endpoints: '/id' },
  WebhookEndpointPage: { webhook_endpoints: '/data/0/id' },
  WebhookDeliveryPage: { deliveries: '/data/0/id' },
};

/** The calls that go on with what a response of a call names, and with what its own path has named. */
export function linksOf(call: Call, schema: JsonSchema, calls: NamedCalls): Readonly<Record<string, Link>> {
  const ids = IDS_IN[String(schema['$ref']).split('/').at(-1) ?? ''] ?? {};
  const own = new Map(parametersOf(call.path).map(({ step, name }) => [step, name]));
  return Object.fromEntries(
    calls.flatMap(([operationId, { path }]) => {
      const needed = parametersOf(path);
      const isNamedHere = needed.some(({ step }) => Object.hasOwn(ids, step));
      const isWhole = needed.every(({ step }) => Object.hasOwn(ids, step) || own.has(step));
      return isNamedHere && isWhole ? [[operationId, linkTo(operationId, needed, ids, own)]] : [];
    }),
  );
}

type PathParameter = { readonly step: string; readonly name: string };

function linkTo(
  operationId: string,
  needed: readonly PathParameter[],
  ids: Readonly<Record<string, string>>,
  own: ReadonlyMap<string, string>,
): Link {
  const pointers = needed.flatMap(({ step }) => ids[step] ?? []);
  return {
    operationId,
    description: `The id is at ${pointers.join(' and ')} of this response.`,
    parameters: Object.fromEntries(
      needed.map(({ step, name }) => [
        name,
        ids[step] === undefined ? `$request.path.${own.get(step) ?? ''}` : `$response.body#${ids[step]}`,
      ]),
    ),
  };
}

/** The parameters of a path, each with the step before it. */
function parametersOf(path: string): readonly PathParameter[] {
  const steps = path.split('/');
  return steps.flatMap((step, at) =>
    step.startsWith(':') ? [{ step: steps[at - 1] ?? '', name: step.slice(1) }] : [],
  );
}
