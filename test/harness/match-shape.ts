import { z } from 'zod';
import { CALLS, type Call } from '../../contract/calls.ts';
import { problem } from '../../contract/shapes/problem-shape.ts';

const EVERY_CALL: readonly Call[] = Object.values(CALLS);

/**
 * Holds a JSON response of the API against the shape that the contract gives it: strictly, so that a field too many fails as
 * one too few does. Throws an Error that names the call and the field. What is no call of ours (a wrong path or method) has to
 * be a problem.
 */
export function matchShape(
  request: { readonly method: string; readonly path: string },
  response: { readonly status: number; readonly contentType: string | null; readonly text: string },
): void {
  const isProblem = response.contentType === 'application/problem+json';
  if (!isProblem && response.contentType?.startsWith('application/json') !== true) return;
  const shape = isProblem ? problem : (callOf(request)?.response ?? z.never());
  const parsed = shape.safeParse(JSON.parse(response.text));
  if (parsed.success) return;
  const call = `${request.method} ${request.path} → ${String(response.status)}`;
  throw new Error(`${call} is not as the contract says:\n${z.prettifyError(parsed.error)}\n${response.text}`);
}

/** The call of a method and path; of several, the one that writes out most of it. */
function callOf({ method, path }: { readonly method: string; readonly path: string }): Call | undefined {
  const steps = new URL(path, 'http://api').pathname.split('/');
  const isOf = (call: Call) => {
    const own = call.path.split('/');
    const isSame =
      own.length === steps.length && own.every((step, at) => step.startsWith(':') || step === steps[at]);
    return isSame && (call.method === method.toLowerCase() || (method === 'HEAD' && call.method === 'get'));
  };
  return EVERY_CALL.find(isOf);
}
