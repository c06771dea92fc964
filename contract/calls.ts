import type { Call } from './call.ts';
import { ACCOUNT_CALLS } from './calls/account-calls.ts';
import { CREDIT_CALLS } from './calls/credit-calls.ts';
import { EVENT_CALLS } from './calls/event-calls.ts';
import { JOB_CALLS } from './calls/job-calls.ts';
import { OUTPUT_CALLS } from './calls/output-calls.ts';
import { SERVICE_CALLS } from './calls/service-calls.ts';
import { KEY_CALLS } from './calls/key-calls.ts';
import { WEBHOOK_CALLS } from './calls/webhook-calls.ts';
import { OPERATOR_CALLS } from './calls/operator-calls.ts';

/** All calls, by their names in the document and in generated clients. */
export const CALLS = {
  ...JOB_CALLS,
  ...OUTPUT_CALLS,
  ...CREDIT_CALLS,
  ...ACCOUNT_CALLS,
  ...KEY_CALLS,
  ...EVENT_CALLS,
  ...WEBHOOK_CALLS,
  ...OPERATOR_CALLS,
  ...SERVICE_CALLS,
} as const satisfies Readonly<Record<string, Call>>;
