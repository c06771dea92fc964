import { JOB_REQUEST_LIMITS, type WorkItem } from './job-request.ts';

/** What the rules need to know of a kind. Its fields' schemas: contract/job-request/kind.ts. */
export type KindRules = {
  readonly name: string;
  /** Its own fields, beside the common ones of a job body. */
  readonly fieldNames: readonly string[];
  /** Defaults by which a price is computed. Nothing is filled into the request. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** The media types that its result may have. A model says which of them it makes. */
  readonly mediaTypes: readonly string[];
  /** An edit may take an output of this kind as its source. */
  readonly canBeEdited: boolean;
  /** A request may ask for several outputs of the same work. */
  readonly canBeVaried: boolean;
  /** The fields that a price rule may read. */
  readonly priceFields: readonly string[];
  /** The fields that support sees; every other one is the customer's own. */
  readonly supportFields: readonly string[];
  /** The field with the length of its film or sound, in seconds. Null: its length is not asked for. */
  readonly durationField: string | null;
  /** How long a result is kept after its delivery, in days; null: forever. */
  readonly retentionDays: number | null;
  /** The field with the subject: an edit with a new one starts afresh. Null: an edit always builds on its source. */
  readonly subject: string | null;
};

/** Our own kinds, which work for every kind of a catalogue. No catalogue may use these names. */
export const EDIT_KIND = 'edit';
export const BATCH_KIND = 'batch';

export function kindOf<Kind extends KindRules>(kinds: readonly Kind[], name: string): Kind | undefined {
  return kinds.find((kind) => kind.name === name);
}

/** Resolved work: an edit has the kind of its source. A model gets it so, and an output keeps it so. */
export type ResolvedWork = WorkItem;

/** What an edit takes from its source (docs/credits.md, "What a job costs"). */
export type EditSource = ResolvedWork;

/** The work of a source, by its output's id; undefined: there is none. */
export type SourceOf = (outputId: string) => EditSource | undefined;

export const NO_SOURCES: SourceOf = () => undefined;

/**
 * The work that is run. An edit has its source's kind, and its own fields override the source's. A source is stored
 * resolved, so an edit of an edit needs no recursion. Throws RangeError when an edit's source, or its kind, is unknown.
 */
export function resolveWork(work: WorkItem, sourceOf: SourceOf, kinds: readonly KindRules[]): ResolvedWork {
  if (work.kind !== EDIT_KIND) return work;
  const source = sourceOf(work.source_output_id ?? '');
  if (source === undefined) throw new RangeError(`unknown source output: ${String(work.source_output_id)}`);
  const kind = kindOf(kinds, source.kind);
  if (kind === undefined) throw new RangeError(`unknown kind of a source output: ${source.kind}`);
  // With a new subject, instructions for the old one are dropped.
  const startsAfresh = kind.subject !== null && work[kind.subject] !== undefined;
  const own = Object.fromEntries(kind.fieldNames.map((field) => [field, work[field] ?? source[field]]));
  return {
    ...without(work, fieldsOfKinds(kinds)),
    ...own,
    kind: source.kind,
    instruction: startsAfresh ? work.instruction : joined(source.instruction, work.instruction),
  };
}

/** A work with the defaults of its kind for what it leaves out: what it asks for, and is priced by. */
export function withDefaults(work: ResolvedWork, kind: KindRules | undefined): ResolvedWork {
  const given = Object.entries(work).filter(([, value]) => value !== undefined);
  return { ...kind?.defaults, ...Object.fromEntries(given) } as ResolvedWork;
}

/** The ids of the sources of the edits among these works, without repeats. */
export function sourceIdsOf(works: readonly WorkItem[]): readonly string[] {
  return [
    ...new Set(works.flatMap((work) => (work.kind === EDIT_KIND ? (work.source_output_id ?? []) : []))),
  ];
}

/** An edit's body may have the fields of every kind; those that its source's kind lacks are dropped. */
function fieldsOfKinds(kinds: readonly KindRules[]): ReadonlySet<string> {
  return new Set(kinds.flatMap((kind) => kind.fieldNames));
}

function without(work: WorkItem, fields: ReadonlySet<string>): WorkItem {
  return Object.fromEntries(Object.entries(work).filter(([field]) => !fields.has(field))) as WorkItem;
}

/** Earlier instructions first, one per line. The oldest lines are dropped, so that a chain of edits stays bounded. */
function joined(earlier: string | undefined, own: string | undefined): string | undefined {
  if (earlier === undefined || own === undefined) return own ?? earlier;
  const lines = `${earlier}\n${own}`.split('\n');
  while (lines.length > 1 && [...lines.join('\n')].length > JOB_REQUEST_LIMITS.instruction) lines.shift();
  return lines.join('\n');
}

/** The fields of a work that support sees, as its kind says; none of a kind that is no longer offered. */
export function fieldsForSupport(
  work: ResolvedWork,
  kinds: readonly KindRules[],
): Readonly<Record<string, unknown>> {
  const fields = kindOf(kinds, work.kind)?.supportFields ?? [];
  return Object.fromEntries(
    fields.flatMap((field) => (work[field] === undefined ? [] : [[field, work[field]] as const])),
  );
}

/** Whether its brief refers to pictures. */
export function hasReferenceUrls({ brief }: WorkItem): boolean {
  return (brief?.reference_asset_urls ?? []).length > 0;
}
