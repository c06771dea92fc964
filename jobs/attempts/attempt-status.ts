import type { InspectedAttempt } from '../../contract/shapes/support-shapes.ts';

/** The states of an attempt row; its transitions: jobs/migrations/0001_tables.sql. */
export type AttemptState = InspectedAttempt['state'];

/** The state of an attempt, and what explains it. */
export type AttemptStatus = {
  readonly state: AttemptState;
  readonly providerJobId: string | null;
  readonly errorClass: string | null;
};

/** The columns of a status, as the SQL functions return them. */
export type StatusRow = {
  readonly state: AttemptState;
  readonly provider_job_id: string | null;
  readonly error_class: string | null;
};

export function toAttemptStatus(row: StatusRow): AttemptStatus {
  return { state: row.state, providerJobId: row.provider_job_id, errorClass: row.error_class };
}
