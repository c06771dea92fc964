import { appendFileSync } from 'node:fs';
import { inject } from 'vitest';
import './provided-context.ts';

/** Records that a test received this response; response-coverage-global-setup.ts compares the record with the document after a whole run. */
export function recordResponse(call: string, status: number): void {
  const file = inject('receivedResponses') as string | undefined;
  if (file !== undefined) appendFileSync(file, `${call} ${String(status)}\n`);
}
