import { z } from 'zod';
import { jsonShapeOf, problemsOf, statusesOf, type Call } from '../../contract/call.ts';
import { CALLS } from '../../contract/calls.ts';
import { problem } from '../../contract/shapes/problem-shape.ts';

type NamedCall = readonly [name: string, call: Call];
const EVERY_CALL: readonly NamedCall[] = Object.entries(CALLS);

type AnyRequest = { readonly method: string; readonly path: string };
type AnyResponse = { readonly status: number; readonly contentType: string | null; readonly text: string };

/** Also where a shape says nothing of a field: in the data of an event, in what was done. A text of a caller's may look like it. */
const STORED_INSTANT =
  /"(?!(?:reason|name|reference|actor)")\w+":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?[+-]\d\d:\d\d"/;

/**
 * Holds a response of the API against what the contract declares of its call: the status, the problem's code, and the shape, strictly,
 * so that a field too many fails as one too few does. Throws an Error that names the call and the field. What is no call of ours (a wrong
 * path or method) has to be a problem. Returns the name of the call.
 */
export function matchShape(request: AnyRequest, response: AnyResponse): string | undefined {
  const [name, call] = callOf(request) ?? [];
  const isProblem = response.contentType === 'application/problem+json';
  if (call !== undefined && !statusesOf(call).includes(response.status)) {
    throw faultOf(request, response, 'no such status is declared');
  }
  // A HEAD has no body, nor has a 304.
  const isJson = isProblem || response.contentType?.startsWith('application/json') === true;
  if (!isJson || response.text === '') return name;
  const shape = isProblem
    ? problemShapeOf(call)
    : ((call && jsonShapeOf(call, response.status)) ?? z.never());
  if (STORED_INSTANT.test(response.text)) throw faultOf(request, response, 'a time as PostgreSQL writes it');
  const parsed = shape.safeParse(JSON.parse(response.text));
  if (!parsed.success) throw faultOf(request, response, z.prettifyError(parsed.error));
  return name;
}

function problemShapeOf(call: Call | undefined): z.ZodType {
  if (call === undefined) return problem;
  const codes = problemsOf(call);
  return problem.refine(({ code }) => codes.includes(code), {
    error: `the call declares no such problem, but ${codes.join(', ')}`,
  });
}

function faultOf(request: AnyRequest, response: AnyResponse, fault: string): Error {
  const call = `${request.method} ${request.path} → ${String(response.status)}`;
  return new Error(`${call} is not as the contract says:\n${fault}\n${response.text}`);
}

/** The call of a method and path; of several, the one that writes out most of it. */
function callOf({ method, path }: AnyRequest): NamedCall | undefined {
  // As it was sent: a URL would read `%2e%2e` as a step up, which the API does not.
  // A slash at the end belongs to the path before it, as Express reads it: it names no empty id.
  const steps = path
    .replace(/[?#].*$/, '')
    .replace(/(?<=.)\/$/, '')
    .split('/');
  const written = (call: Call) => call.path.split('/').filter((step) => !step.startsWith(':')).length;
  const isOf = ([, call]: NamedCall) => {
    const own = call.path.split('/');
    const isSame =
      own.length === steps.length && own.every((step, at) => step.startsWith(':') || step === steps[at]);
    return isSame && (call.method === method.toLowerCase() || (method === 'HEAD' && call.method === 'get'));
  };
  return EVERY_CALL.filter(isOf).sort(([, a], [, b]) => written(b) - written(a))[0];
}
