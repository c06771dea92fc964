import type { JobRequest, WorkItem } from '../../domain/work/job-request.ts';
import { workItemsOf } from '../../domain/prices/quote.ts';
import { EDIT_KIND, kindOf, resolveWork, type SourceOf } from '../../domain/work/work.ts';
import { fieldErrorsOf } from './field-errors.ts';
import type { Kind } from './kind.ts';
import { offerErrors, pointerOfWork, workErrors, type RequestRules } from './parse-job-request.ts';
import type { FieldError } from '../shapes/problem-shape.ts';

/**
 * The faults of a request's edits, once their sources are known: an edit has its source's kind, so that kind's rules
 * are checked here. `sourceOf` has every source.
 */
export function editErrors(
  request: JobRequest,
  sourceOf: SourceOf,
  rules: RequestRules,
): readonly FieldError[] {
  const { kinds } = rules.catalogue;
  return workItemsOf(request).flatMap((work, item) => {
    if (work.kind !== EDIT_KIND) return [];
    const pointer = pointerOfWork(request, item);
    const kind = kindOf(kinds, sourceOf(work.source_output_id ?? '')?.kind ?? '');
    if (kind?.canBeEdited !== true) {
      const detail = 'What this output is cannot be edited here.';
      return [{ pointer: `${pointer}/source_output_id`, code: 'not_editable', detail }];
    }
    const fieldErrors = kind.fieldNames.flatMap((field) => ownFieldErrors(kind, work, field, pointer));
    if (fieldErrors.length > 0) return fieldErrors;
    const resolved = resolveWork(work, sourceOf, kinds);
    return [...workErrors(resolved, pointer, rules), ...offerErrors(resolved, pointer, rules)];
  });
}

/** A field that several kinds have may allow less in the edited one. */
function ownFieldErrors(kind: Kind, work: WorkItem, field: string, pointer: string): readonly FieldError[] {
  const value = work[field];
  if (value === undefined) return [];
  const parsed = kind.fields[field]?.safeParse(value);
  if (parsed === undefined || parsed.success) return [];
  return fieldErrorsOf(value, parsed.error.issues).map((error) => ({
    ...error,
    pointer: `${pointer}/${field}${error.pointer}`,
  }));
}
