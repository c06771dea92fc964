import { z } from 'zod';
import { jsonShapeOf, statusesOf, type Call } from '../../contract/call.ts';
import type { Catalogue } from '../../contract/defined-catalogue.ts';
import { SHAPES } from '../../contract/shapes/named-shapes.ts';
import { describeFields } from './describe-fields.ts';
import type { JsonSchema } from './document-types.ts';

type NamedCalls = readonly (readonly [name: string, call: Call])[];

/** The schemas of a document: those with a name once, under `#/components/schemas/`, and by reference wherever they are used. */
export type Schemas = {
  readonly components: Readonly<Record<string, JsonSchema>>;
  readonly ofBody: (body: z.ZodType) => JsonSchema;
  readonly ofResponse: (shape: z.ZodType) => JsonSchema;
  /** The parameters of a query, each with whether it is required. */
  readonly ofQuery: (
    query: z.ZodType,
  ) => readonly { readonly name: string; readonly required: boolean; readonly schema: JsonSchema }[];
};

type Registry = z.core.$ZodRegistry<{ readonly id: string }>;
type Direction = 'input' | 'output';

/** Requests are described as they are sent, responses as they are read. A body without a name of its own has that of its call. */
export function createSchemas(calls: NamedCalls, { jobRequest, kinds }: Catalogue): Schemas {
  const responses = registryOf({
    ...SHAPES,
    ...Object.fromEntries(calls.flatMap(([name, call]) => unnamedResponses(name, call))),
  });
  const bodies = registryOf(jobRequest.named);
  for (const [name, { body }] of calls) {
    if (body !== undefined && !bodies.has(body)) bodies.add(body, { id: `${capitalized(name)}Body` });
  }
  const defaults = Object.fromEntries(kinds.map((kind) => [kind.name, kind.defaults]));
  const components = {
    ...Object.fromEntries(
      Object.entries(componentsOf(bodies, 'input')).map(([id, schema]) => [
        id,
        withDefaults(schema, defaults),
      ]),
    ),
    ...componentsOf(responses, 'output'),
  };
  return {
    components: Object.fromEntries(Object.entries(components).sort(([a], [b]) => (a < b ? -1 : 1))),
    ofBody: (body) => referenceTo(bodies, body, 'input'),
    ofResponse: (shape) => referenceTo(responses, shape, 'output'),
    ofQuery: (query) => {
      const { required = [], ...schema } = convert(query, 'input');
      const properties = (finished(schema)['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>;
      return Object.entries(properties).map(([name, field]) => ({
        name,
        required: required.includes(name),
        schema: field,
      }));
    },
  };
}

/** Small responses that only one call has, under the call's name. */
function unnamedResponses(name: string, call: Call): readonly (readonly [string, z.ZodType])[] {
  const named = new Set<z.ZodType>(Object.values(SHAPES));
  return statusesOf(call).flatMap((status) => {
    const shape = jsonShapeOf(call, status);
    return shape === undefined || named.has(shape) ? [] : [[`${capitalized(name)}Response`, shape] as const];
  });
}

function capitalized(name: string): string {
  return `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
}

function registryOf(named: Readonly<Record<string, z.ZodType>>): Registry {
  const registry = z.registry<{ readonly id: string }>();
  for (const [id, shape] of Object.entries(named)) {
    if (!registry.has(shape)) registry.add(shape, { id });
  }
  return registry;
}

function pathOf(id: string): string {
  return `#/components/schemas/${id}`;
}

function componentsOf(registry: Registry, io: Direction): Readonly<Record<string, JsonSchema>> {
  const { schemas } = z.toJSONSchema(registry, { io, uri: pathOf, override: forReaders(registry) });
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, finished(schema)]));
}

function referenceTo(registry: Registry, shape: z.ZodType, io: Direction): JsonSchema {
  const id = registry.get(shape)?.id;
  return id === undefined ? finished(convert(shape, io)) : { $ref: pathOf(id) };
}

function convert(shape: z.ZodType, io: Direction) {
  return z.toJSONSchema(shape, { io, override: forReaders() });
}

/** The document says once which dialect its schemas are written in, and each has its place for an id. */
function finished(schema: object): JsonSchema {
  return describeFields(
    Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$schema' && key !== '$id')),
  );
}

/** What zod writes and no reader of ours needs: formats of its own, half a page of pattern for a time, lists that are read-only in TypeScript. */
function forReaders(registry?: Registry) {
  return ({
    zodSchema,
    jsonSchema,
  }: {
    readonly zodSchema: z.core.$ZodTypes;
    readonly jsonSchema: z.core.JSONSchema.BaseSchema;
  }): void => {
    if (jsonSchema.format === 'starts_with') delete jsonSchema.format;
    if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
    delete jsonSchema.readOnly;
    const { def } = zodSchema._zod;
    if (registry !== undefined && 'discriminator' in def && def.type === 'union') {
      jsonSchema['discriminator'] = {
        propertyName: def.discriminator,
        mapping: Object.fromEntries(
          def.options.flatMap((option) => mappingOf(registry, String(def.discriminator), option)),
        ),
      };
    }
  };
}

/** What tells one member of a union from the others, and where its schema is. */
function mappingOf(
  registry: Registry,
  discriminator: string,
  option: z.core.$ZodType,
): readonly (readonly [string, string])[] {
  const id = registry.get(option)?.id;
  if (id === undefined || !(option instanceof z.ZodObject)) return [];
  const told: unknown = option.shape[discriminator];
  return told instanceof z.ZodLiteral ? [...told.values].map((value) => [String(value), pathOf(id)]) : [];
}

/** A kind fills in its defaults after a body has been read, so that zod does not know them. */
function withDefaults(
  schema: JsonSchema,
  defaultsOf: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): JsonSchema {
  const properties = schema['properties'] as Readonly<Record<string, JsonSchema>> | undefined;
  const defaults = defaultsOf[String(properties?.['kind']?.['const'])];
  if (properties === undefined || defaults === undefined) return schema;
  const filled = Object.entries(properties).map(([field, property]) =>
    Object.hasOwn(defaults, field) ? [field, { ...property, default: defaults[field] }] : [field, property],
  );
  return { ...schema, properties: Object.fromEntries(filled) as unknown };
}
