import { JOBS_ONLY_QUERY } from '../contract/workflow-messages.ts';
import type { StackInfo } from './stack/stack-info.ts';

/** Temporal UI's list of jobs, without the runs of our own schedules; null where the stack does not know the UI's address. */
export function temporalJobsUrl({ temporal_ui_url: uiUrl }: StackInfo): string | null {
  if (uiUrl === null) return null;
  const query = new URLSearchParams({ query: JOBS_ONLY_QUERY });
  return `${uiUrl.replace(/\/+$/, '')}/namespaces/default/workflows?${query.toString()}`;
}
