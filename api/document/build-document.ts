import { STATUS_CODES } from 'node:http';
import { CALL_TAGS, problemsOf, statusesOf, type Call } from '../../contract/call.ts';
import { CALLS } from '../../contract/calls.ts';
import type { Catalogue } from '../../contract/defined-catalogue.ts';
import { offeredCalls } from '../../contract/offered-calls.ts';
import { PROBLEMS } from '../../contract/problems.ts';
import { problem } from '../../contract/shapes/problem-shape.ts';
import { linksOf } from './links.ts';
import type {
  Content,
  DocumentedResponse,
  OpenApiDocument,
  Operation,
  Parameter,
  Reference,
} from './document-types.ts';
import { HEADER_PARAMETERS, headersOf, pathParametersOf, type HeaderParameter } from './parameters.ts';
import { headerComponentOf, headerComponents, responseHeadersOf } from './response-headers.ts';
import { createSchemas, type Schemas } from './schemas.ts';
import { sentWebhook } from './sent-webhook.ts';

/** What a reader of the document alone has to know of every call. Markdown. */
const DESCRIPTION = `Holdfast runs generation jobs. A job reserves credits, has a model make the thing, and then charges for it or returns the credits by itself.

- JSON in UTF-8, names in snake_case. Unknown fields and query parameters are refused. A body has at most 1 MiB and 10 levels.
- Credits are whole numbers. Times are RFC 3339 in UTC, to the millisecond. A duration is in seconds, and its name ends in \`_seconds\`.
- A call that spends needs an \`Idempotency-Key\`: a new value for each request, the same value for a retry.
- Every error is \`application/problem+json\` (RFC 9457). \`code\` is stable, \`errors\` points at fields, \`billed\` says whether anything was charged, and \`type\` is a page that says cause and cure.
- Lists return \`data\` and \`next_cursor\`; send it back as \`cursor\` for the next page. Null is the end.
- An account key acts for its own account. A platform key acts for the account that \`Holdfast-Account\` names. What belongs to another account is 404.
- A test account (its keys begin with \`hf_test_\`) is served by the sandbox alone, and \`test_scenario\` has a job end in each known way.
- Events are sent to webhook endpoints, signed: see the webhook \`event\`.`;

type NamedCall = readonly [name: string, call: Call];

/** The OpenAPI document of every call, with the kinds, meters, plans and packs that a deployment offers. */
export function buildDocument(catalogue: Catalogue): OpenApiDocument {
  const offered: Readonly<Record<string, Call>> = { ...CALLS, ...offeredCalls(catalogue) };
  const calls = Object.entries(offered);
  const schemas = createSchemas(calls, catalogue);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Holdfast',
      version: '1',
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'Where this document was read.' }],
    tags: Object.entries(CALL_TAGS).map(([name, description]) => ({ name, description })),
    paths: pathsOf(calls, schemas),
    webhooks: { event: { post: sentWebhook(schemas) } },
    components: {
      schemas: schemas.components,
      parameters: Object.fromEntries(
        calls.flatMap(([, call]) =>
          headersOf(call).map(({ name, required }) => [
            componentOf(name, required),
            { name, in: 'header' as const, required, ...HEADER_PARAMETERS[name] },
          ]),
        ),
      ),
      headers: headerComponents(
        calls.flatMap(([, call]) => statusesOf(call).flatMap((status) => responseHeadersOf(call, status))),
      ),
      securitySchemes: {
        key: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'hf_live_…',
          description: 'A key of an account, or of the platform. What it may do, its scopes say.',
        },
        console: {
          type: 'apiKey',
          in: 'cookie',
          name: '__Host-holdfast_console',
          description:
            'The cookie of a console session, in place of a platform key, from pages of this origin; each call that acts has its csrf_token in Holdfast-CSRF. Over http on this machine it is named holdfast_console.',
        },
      },
    },
  };
}

function pathsOf(calls: readonly NamedCall[], schemas: Schemas): OpenApiDocument['paths'] {
  const paths: Record<string, Record<string, Operation>> = {};
  for (const [name, call] of calls) {
    const path = call.path.replaceAll(/:(\w+)/g, '{$1}');
    (paths[path] ??= {})[call.method] = operationOf([name, call], calls, schemas);
  }
  return paths;
}

function operationOf([name, call]: NamedCall, calls: readonly NamedCall[], schemas: Schemas): Operation {
  const { body } = call;
  return {
    operationId: name,
    tags: [call.tag],
    summary: call.summary,
    description: [call.description ?? `${call.summary}.`, scopesOf(call)].join('\n\n').trim(),
    // One of the scopes is enough, which is what a list of alternatives says.
    security: securityOf(call),
    parameters: [
      ...pathParametersOf(call.path),
      ...queryParametersOf(call, schemas),
      ...headerReferencesOf(call),
    ],
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: call.isBodyOptional !== true,
            content: { 'application/json': { schema: schemas.ofBody(body) } },
          },
        }),
    responses: Object.fromEntries(
      statusesOf(call).map((status) => [String(status), responseOf(call, status, { calls, schemas })]),
    ),
  };
}

function securityOf(call: Call): Operation['security'] {
  if (call.access === 'public') return [];
  return call.console === 'needs' ? [{ console: [] }] : call.scopes.map((scope) => ({ key: [scope] }));
}

function scopesOf(call: Call): string {
  if (call.access === 'public') return 'Needs no key.';
  if (call.console === 'needs') return 'Needs the cookie of a console session.';
  const scopes = call.scopes.map((scope) => `\`${scope}\``).join(' or ');
  return `Needs a ${call.onlyPlatform === true ? 'platform ' : ''}key with the scope ${scopes}.`;
}

function queryParametersOf({ query }: Call, schemas: Schemas): readonly Parameter[] {
  if (query === undefined) return [];
  return schemas.ofQuery(query).map(({ name, required, schema: { description, ...schema } }) => ({
    name,
    in: 'query',
    required,
    description: typeof description === 'string' ? description : '',
    schema,
  }));
}

function headerReferencesOf(call: Call): readonly Reference[] {
  return headersOf(call).map(({ name, required }) => ({
    $ref: `#/components/parameters/${componentOf(name, required)}`,
  }));
}

function componentOf(name: HeaderParameter, required: boolean): string {
  return required ? `${name}-required` : name;
}

function responseOf(
  call: Call,
  status: number,
  { calls, schemas }: { readonly calls: readonly NamedCall[]; readonly schemas: Schemas },
): DocumentedResponse {
  const headers = Object.fromEntries(
    responseHeadersOf(call, status).map((header) => [
      header.name,
      { $ref: `#/components/headers/${headerComponentOf(header)}` },
    ]),
  );
  const codes = problemsOf(call).filter((code) => PROBLEMS[code].status === status);
  if (codes.length > 0) {
    return {
      description: codes
        .map((code) => `\`${code}\`: ${PROBLEMS[code].title}. ${PROBLEMS[code].advice}`)
        .join('\n\n'),
      headers,
      content: { 'application/problem+json': { schema: schemas.ofResponse(problem) } },
    };
  }
  const content = contentOf(call, status, schemas);
  const links = linksOf(call, content['application/json']?.schema ?? {}, calls);
  return {
    description: STATUS_CODES[status] ?? '',
    headers,
    ...(Object.keys(content).length === 0 ? {} : { content }),
    ...(Object.keys(links).length === 0 ? {} : { links }),
  };
}

function contentOf(call: Call, status: number, schemas: Schemas): Content {
  const body = call.responses[status] ?? null;
  if (body === null) return {};
  if (!('media' in body)) return { 'application/json': { schema: schemas.ofResponse(body) } };
  return {
    ...(body.json === undefined ? {} : { 'application/json': { schema: schemas.ofResponse(body.json) } }),
    ...Object.fromEntries(body.media.map((type) => [type, { schema: mediaSchemaOf(type) }])),
  };
}

function mediaSchemaOf(type: string) {
  return type.startsWith('text/') ? { type: 'string' } : { type: 'string', format: 'binary' };
}
