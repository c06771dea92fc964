import { JOB_REQUEST_LIMITS, type WorkItem } from './job-request.ts';

/** What the rules need to know of a type of work that customers can ask for. Its fields' schemas are in contract/job-request/kind.ts. */
export type KindRules = {
  readonly name: string;
  /** The fields of its own, beside the common ones of a job body. */
  readonly fieldNames: readonly string[];
  /** What a field that is left out stands for: a price is computed with it, nothing is filled in. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** What its result may be. A model says which of them it makes. */
  readonly mediaTypes: readonly string[];
  /** An edit may take an output of this kind as its source. */
  readonly canBeEdited: boolean;
  /** A request may ask for several outputs of the same work. */
  readonly canBeVaried: boolean;
  /** The fields that a price rule may read. */
  readonly priceFields: readonly string[];
  /** The fields that support sees; every other one is the customer's own. */
  readonly supportFields: readonly string[];
  /** For how long a result is kept, from its delivery, in days; null: forever. */
  readonly retentionDays: number | null;
  /** The field that says what is to be made; an edit that brings a new one starts afresh. Null: an edit always builds on its source. */
  readonly subject: string | null;
};

/** Kinds of ours, which work for every kind of a catalogue. A catalogue has none of these names. */
export const EDIT_KIND = 'edit';
export const BATCH_KIND = 'batch';

export function kindOf<Kind extends KindRules>(kinds: readonly Kind[], name: string): Kind | undefined {
  return kinds.find((kind) => kind.name === name);
}

/** Work as a model is given it and as an output keeps it: its kind is one of the catalogue, since an edit is resolved into what it makes. */
export type ResolvedWork = WorkItem;

/** The fields that an edit takes from its source when its own fields are silent (docs/credits.md, "What a job costs"). */
export type EditSource = ResolvedWork;

/** The work of a source, by the id of its output; undefined when there is none to be had. */
export type SourceOf = (outputId: string) => EditSource | undefined;

export const NO_SOURCES: SourceOf = () => undefined;

/**
 * The work that is run. An edit is of its source's kind, and its own fields go before the source's; since a source is kept
 * resolved too, an edit of an edit needs no walk. Throws RangeError when an edit's source, or its kind, is unknown.
 */
export function resolveWork(work: WorkItem, sourceOf: SourceOf, kinds: readonly KindRules[]): ResolvedWork {
  if (work.kind !== EDIT_KIND) return work;
  const source = sourceOf(work.source_output_id ?? '');
  if (source === undefined) throw new RangeError(`unknown source output: ${String(work.source_output_id)}`);
  const kind = kindOf(kinds, source.kind);
  if (kind === undefined) throw new RangeError(`unknown kind of a source output: ${source.kind}`);
  // A subject of its own starts afresh: what was asked of the old one says nothing of it.
  const startsAfresh = kind.subject !== null && work[kind.subject] !== undefined;
  const own = Object.fromEntries(kind.fieldNames.map((field) => [field, work[field] ?? source[field]]));
  return {
    ...without(work, fieldsOfKinds(kinds)),
    ...own,
    kind: source.kind,
    instruction: startsAfresh ? work.instruction : joined(source.instruction, work.instruction),
  };
}

/** The sources that works are edits of, each once. */
export function sourceIdsOf(works: readonly WorkItem[]): readonly string[] {
  return [
    ...new Set(works.flatMap((work) => (work.kind === EDIT_KIND ? (work.source_output_id ?? []) : []))),
  ];
}

/** An edit's body may have the fields of every kind; those that its source's kind has not say nothing. */
function fieldsOfKinds(kinds: readonly KindRules[]): ReadonlySet<string> {
  return new Set(kinds.flatMap((kind) => kind.fieldNames));
}

function without(work: WorkItem, fields: ReadonlySet<string>): WorkItem {
  return Object.fromEntries(Object.entries(work).filter(([field]) => !fields.has(field))) as WorkItem;
}

/** Earlier instructions first, one a line. So that a chain of edits stays bounded, the oldest lines give way. */
function joined(earlier: string | undefined, own: string | undefined): string | undefined {
  if (earlier === undefined || own === undefined) return own ?? earlier;
  const lines = `${earlier}\n${own}`.split('\n');
  while (lines.length > 1 && [...lines.join('\n')].length > JOB_REQUEST_LIMITS.instruction) lines.shift();
  return lines.join('\n');
}

/** What of a work support sees: the fields that its kind names, as they were asked for. None of a kind that is offered no longer. */
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
