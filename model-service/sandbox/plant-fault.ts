import { z } from 'zod';
import { sendError, sendJson, readJsonBody, type Exchange } from '../http/http-exchange.ts';
import { MODEL_SERVICE_LIMITS } from '../service-limits.ts';
import { FAULTS } from './scenario-rules.ts';
import type { ServiceState } from '../service-state.ts';

const REQUEST = z.strictObject({ reference: z.string().min(1).max(200), fault: z.enum(FAULTS) });

/**
 * `POST /v1/faults`: sets how the next submission with this reference runs. So a test can fail one attempt at one stage
 * of a film: references are derived, and known before the submission.
 */
export async function plantFault(exchange: Exchange, { faults }: ServiceState): Promise<void> {
  const read = await readJsonBody(exchange.request, MODEL_SERVICE_LIMITS.bodyBytes);
  const parsed = REQUEST.safeParse(read.outcome === 'read' ? read.body : undefined);
  if (!parsed.success || faults.size >= MODEL_SERVICE_LIMITS.references) {
    sendError(exchange, 422, 'bad_input', 'A fault is { "reference", "fault" }.');
    return;
  }
  faults.set(parsed.data.reference, parsed.data.fault);
  sendJson(exchange, 201, parsed.data);
}
