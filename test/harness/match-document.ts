import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { buildDocument } from '../../api/document/build-document.ts';
import type { DocumentedResponse, OpenApiDocument, Operation } from '../../api/document/document-types.ts';
import { SUPERSCALE } from './superscale.ts';

/** A response of a call. `text` is null where the body is no JSON, or was not read. */
export type Received = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string | null;
};

/** Those of HTTP, of browsers and of proxies, which a document of ours does not list. */
const HEADERS_OF_HTTP =
  /^(?:accept-ranges|access-control-.*|allow|cache-control|connection|content-(?:encoding|length|security-policy|type)|cross-origin-.*|date|keep-alive|referrer-policy|transfer-encoding|vary|x-accel-buffering|x-content-type-options|x-frame-options|x-request-id)$/;

/** Made once, by the first that asks: the document is the same for every test. */
let held: { readonly document: OpenApiDocument; readonly ajv: Ajv2020 } | undefined;

function heldDocument(): NonNullable<typeof held> {
  if (held !== undefined) return held;
  const document = buildDocument(SUPERSCALE);
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema(document, 'document');
  held = { document, ajv };
  return held;
}

/**
 * Holds a response against what the published document says of the call: its status, its headers (none that is required may lack, none
 * that is not documented may be there), its media type, and its JSON by a validator that is not ours. Throws an Error that names all faults.
 */
export function matchDocument(call: string, { status, headers, text }: Received): void {
  const { document } = heldDocument();
  const response = operationOf(document, call)?.responses[String(status)];
  const faults =
    response === undefined
      ? [`the document has no ${String(status)} of it`]
      : [...faultsOfHeaders(response, headers), ...faultsOfBody(response, headers, text)];
  if (faults.length === 0) return;
  throw new Error(
    `${call} → ${String(status)} is not as the document says:\n${faults.join('\n')}\n${text ?? ''}`,
  );
}

function operationOf(document: OpenApiDocument, call: string): Operation | undefined {
  return Object.values(document.paths)
    .flatMap((operations) => Object.values(operations))
    .find(({ operationId }) => operationId === call);
}

function faultsOfHeaders(response: DocumentedResponse, headers: Headers): readonly string[] {
  const { document, ajv } = heldDocument();
  const documented = new Set(Object.keys(response.headers).map((name) => name.toLowerCase()));
  const surplus = [...headers.keys()].filter((name) => !documented.has(name) && !HEADERS_OF_HTTP.test(name));
  return [
    ...surplus.map((name) => `${name}: no such header is documented`),
    ...Object.entries(response.headers).flatMap(([name, { $ref }]) => {
      const header = document.components.headers[$ref.split('/').at(-1) ?? ''];
      const value = headers.get(name);
      if (header === undefined) return [`${name}: ${$ref} is not in the document`];
      if (value === null) return header.required === true ? [`${name}: is required`] : [];
      const parsed = header.schema['type'] === 'integer' ? Number(value) : value;
      return ajv.validate(header.schema, parsed) ? [] : [`${name}: ${value}: ${ajv.errorsText()}`];
    }),
  ];
}

function faultsOfBody(
  response: DocumentedResponse,
  headers: Headers,
  text: string | null,
): readonly string[] {
  if (text === '') return [];
  const type = headers.get('content-type')?.split(';')[0] ?? '';
  const schema = response.content?.[type]?.schema;
  if (schema === undefined) return [`${type || 'no media type'}: is not documented`];
  if (text === null) return [];
  const { ajv } = heldDocument();
  const validate = ajv.getSchema(`document${String(schema['$ref'])}`);
  if (validate === undefined) return [`${String(schema['$ref'])}: no such schema`];
  return validate(JSON.parse(text)) === true ? [] : [ajv.errorsText(validate.errors)];
}
