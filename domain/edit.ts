import { JOB_REQUEST_LIMITS, type WorkItem } from './job-request.ts';

/** What a model makes. An edit makes what its source is. */
export type ResolvedKind = Exclude<WorkItem['kind'], 'edit'>;

/** Work as a model is given it and as an output keeps it: an edit is resolved into what it makes. */
export type ResolvedWork = Omit<WorkItem, 'kind'> & { readonly kind: ResolvedKind };

/** What an edit takes from its source when its own fields are silent (docs/credits.md). */
export type EditSource = Pick<
  ResolvedWork,
  'kind' | 'brief' | 'duration_seconds' | 'quality' | 'instruction'
>;

/** The work of a source, by the id of its output; undefined when there is none to be had. */
export type SourceOf = (outputId: string) => EditSource | undefined;

export const NO_SOURCES: SourceOf = () => undefined;

/**
 * What a work makes. An edit is of its source's kind, and its own fields go before the source's; since a source is kept
 * resolved too, an edit of an edit needs no walk. Throws RangeError when an edit's source is unknown.
 */
export function resolveWork(work: WorkItem, sourceOf: SourceOf): ResolvedWork {
  if (work.kind !== 'edit') return { ...work, kind: work.kind };
  const source = sourceOf(work.source_output_id ?? '');
  if (source === undefined) throw new RangeError(`unknown source output: ${String(work.source_output_id)}`);
  const isVideo = source.kind === 'video_ad';
  return {
    ...work,
    kind: source.kind,
    brief: work.brief ?? source.brief,
    duration_seconds: isVideo ? (work.duration_seconds ?? source.duration_seconds) : undefined,
    quality: isVideo ? (work.quality ?? source.quality) : undefined,
    // A brief of its own starts afresh: what was asked of the old one says nothing of it.
    instruction: work.brief === undefined ? joined(source.instruction, work.instruction) : work.instruction,
  };
}

/** The sources that works are edits of, each once. */
export function sourceIdsOf(works: readonly WorkItem[]): readonly string[] {
  return [...new Set(works.flatMap((work) => (work.kind === 'edit' ? (work.source_output_id ?? []) : [])))];
}

/** Earlier instructions first, one a line. So that a chain of edits stays bounded, the oldest lines give way. */
function joined(earlier: string | undefined, own: string | undefined): string | undefined {
  if (earlier === undefined || own === undefined) return own ?? earlier;
  const lines = `${earlier}\n${own}`.split('\n');
  while (lines.length > 1 && [...lines.join('\n')].length > JOB_REQUEST_LIMITS.instruction) lines.shift();
  return lines.join('\n');
}
