import { z } from 'zod';
import { MAX_CREDITS_PER_CALL } from '../../domain/credits/credits.ts';
import {
  JOB_REQUEST_LIMITS as LIMITS,
  TEST_SCENARIOS,
  type JobRequest,
} from '../../domain/work/job-request.ts';
import { BATCH_KIND, EDIT_KIND } from '../../domain/work/work.ts';
import { brief } from './brief.ts';
import type { Kind } from './kind.ts';
import { refused } from '../refused.ts';
import { requestText } from './request-text.ts';

/** The job bodies of a catalogue: `jobBody` with its kinds. Rules across fields: parse-job-request.ts. */
export type JobRequestShape = {
  /** One strict object per kind: the common fields and the kind's own. */
  readonly schema: z.ZodType<JobRequest>;
  /** All known fields: tells a misplaced field from an unknown one. */
  readonly knownFields: ReadonlySet<string>;
  /** The schema and its parts by name, for the document and generated types: one body per kind, and one item. */
  readonly named: Readonly<Record<string, z.ZodType>>;
};

const MODEL_NAME_LENGTH = 64;
const KIND_NAME_LENGTH = 64;
const ID = /^[a-z]+_[a-z0-9_]{1,64}$/;

const idOf = (prefix: string) =>
  z
    .string()
    .superRefine((text, context) => {
      if (!text.startsWith(prefix) || !ID.test(text))
        context.addIssue(refused('not_an_id', `An id: ${prefix}…`));
    })
    .meta({ pattern: `^${prefix}[a-z0-9_]+$` });

const metadata = z
  .record(
    requestText({ max: LIMITS.metadataKey }),
    requestText({ max: LIMITS.metadataValue, mayBeEmpty: true }),
  )
  .superRefine((pairs, context) => {
    if (Object.keys(pairs).length > LIMITS.metadataPairs) {
      context.addIssue(refused('too_many', `At most ${String(LIMITS.metadataPairs)} pairs.`));
    }
  })
  .meta({ maxProperties: LIMITS.metadataPairs });

/** The fields of work of any kind. */
const work = {
  model: requestText({ max: MODEL_NAME_LENGTH }).optional(),
  test_scenario: z.enum(TEST_SCENARIOS).optional(),
};
const several = { variations: z.int().min(1).max(LIMITS.variations).optional() };

/** The fields of an edit, beside those of kinds that can be edited. */
const edit = {
  source_output_id: idOf('out_'),
  instruction: requestText({ max: LIMITS.instruction, isParagraph: true }).optional(),
};

/** The fields of the job as a whole, never of an item: who asks, what was agreed, until when. */
const around = {
  quote_id: idOf('quote_').optional(),
  max_credits: z.int().min(1).max(MAX_CREDITS_PER_CALL).optional(),
  deadline_seconds: z.int().min(1).optional(),
  member: requestText({ max: LIMITS.member }).optional(),
  project: requestText({ max: LIMITS.project }).optional(),
  metadata: metadata.optional(),
  force: z.boolean().optional(),
};

function itemsOf<Item extends z.ZodType>(item: Item) {
  return z.array(item).min(1).max(LIMITS.outputs);
}

/** One output of a body. The fields of its kind are not named here, and pass. */
const anyWork = {
  kind: requestText({ max: KIND_NAME_LENGTH }),
  ...work,
  ...several,
  brief: brief.optional(),
  ...z.object(edit).partial().shape,
};

/**
 * The body of a quote and of a submission, for any deployment. A request is parsed by its catalogue's own schema
 * (createJobRequestShape), which accepts nothing that this one refuses.
 */
export const jobBody = z.looseObject({
  ...anyWork,
  items: itemsOf(z.looseObject(anyWork)).optional(),
  ...around,
}) satisfies z.ZodType<JobRequest>;

/** Field names that no kind may use: they are common. `brief` belongs to kinds, and is the same in each. */
export const COMMON_FIELDS: ReadonlySet<string> = new Set(
  Object.keys(jobBody.shape).filter((field) => field !== 'brief'),
);

/** The job bodies for these kinds. */
export function createJobRequestShape(kinds: readonly Kind[]): JobRequestShape {
  const works = [...kinds.map(workShapeOf), editShapeOf(kinds)];
  const items = works.map((shape) => z.strictObject(shape));
  const item = unionOf(items);
  const batch: Shape = { kind: z.literal(BATCH_KIND), items: itemsOf(item) };
  const shapes = [...works, batch];
  const bodies = shapes.map((shape) => z.strictObject({ ...shape, ...around }));
  const schema = unionOf(bodies);
  const named = (objects: readonly z.ZodObject[], end: string) =>
    objects.map((object, index) => [`${typeNameOf(shapes[index])}${end}`, object] as const);
  return {
    // Each member is a narrower `jobBody`; the type does not know the kinds.
    schema: schema as z.ZodType<JobRequest>,
    knownFields: new Set([...shapes, around].flatMap((shape) => Object.keys(shape))),
    named: {
      JobBody: schema,
      JobItem: item,
      Brief: brief,
      ...Object.fromEntries([...named(bodies, 'Body'), ...named(items, 'Item')]),
    },
  };
}

/** A kind as a type name: `my_poster` is MyPoster. */
function typeNameOf(shape: Shape | undefined): string {
  const [kind = ''] = shape?.kind.values ?? [];
  return kind.replaceAll(/(?:^|[^a-zA-Z0-9]+)([a-zA-Z0-9]?)/g, (_, first: string) => first.toUpperCase());
}

/** One kind's body as a JSON Schema, without the fields of the job as a whole. */
export function jsonSchemaOfKind(
  kind: Kind,
): Readonly<Record<string, unknown>> & { readonly type: 'object' } {
  const schema = z.toJSONSchema(z.strictObject(workShapeOf(kind)), { io: 'input' });
  const properties = Object.entries(schema.properties ?? {}).map(([field, property]) => [
    field,
    Object.hasOwn(kind.defaults, field) && typeof property === 'object'
      ? { ...property, default: kind.defaults[field] }
      : property,
  ]);
  return { ...schema, type: 'object', properties: Object.fromEntries(properties) as unknown };
}

type Shape = { readonly kind: z.ZodLiteral<string> } & Readonly<Record<string, z.ZodType>>;

function workShapeOf(kind: Kind): Shape {
  return {
    kind: z.literal(kind.name),
    ...work,
    ...(kind.canBeVaried ? several : {}),
    ...kind.fields,
  };
}

/** An edit's body does not say its kind: it may have the fields of every kind that can be edited. */
function editShapeOf(kinds: readonly Kind[]): Shape {
  const fields = kinds.filter((kind) => kind.canBeEdited).flatMap((kind) => Object.entries(kind.fields));
  const names = [...new Set(fields.map(([name]) => name))];
  const own = names.map((name) => {
    const schemas = [...new Set(fields.filter(([other]) => other === name).map(([, schema]) => schema))];
    const [first, ...rest] = schemas;
    return [name, (rest.length === 0 ? first : z.union(schemas))?.optional()];
  });
  return { kind: z.literal(EDIT_KIND), ...work, ...several, ...Object.fromEntries(own), ...edit } as Shape;
}

function unionOf(objects: readonly z.ZodObject[]): z.ZodType {
  return z.discriminatedUnion('kind', objects as [z.ZodObject, ...z.ZodObject[]]);
}
