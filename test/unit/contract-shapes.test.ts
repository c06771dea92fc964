import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { routesOf } from '../../api/create-api.ts';
import { jsonShapeOf, statusesOf, type Call } from '../../contract/call.ts';
import { CALLS } from '../../contract/calls.ts';
import { jobBody } from '../../contract/job-request/job-request-schema.ts';
import { SHAPES } from '../../contract/shapes/named-shapes.ts';
import { matchShape } from '../harness/match-shape.ts';
import { SUPERSCALE, SUPERSCALE_RULES } from '../harness/superscale.ts';

const EXAMPLES = path.join(import.meta.dirname, '..', '..', 'examples', 'jobs');

const NAMED = new Set<unknown>(Object.values(SHAPES));

describe('the contract', () => {
  it('has every route of the API among its calls, and no call without a route', () => {
    const nameOf = ({ method, path }: Pick<Call, 'method' | 'path'>) => `${method} ${path}`;
    // The factories read nothing of their parts until a request comes.
    const routes = routesOf({ rules: SUPERSCALE_RULES } as never).map(({ call }) => nameOf(call));
    expect(routes.toSorted()).toEqual(Object.values(CALLS).map(nameOf).toSorted());
  });

  it('has a name for every response of a call under /v1', () => {
    const calls: readonly (readonly [string, Call])[] = Object.entries(CALLS);
    const unnamed = calls.filter(([, call]) =>
      statusesOf(call).some((status) => {
        const shape = jsonShapeOf(call, status);
        return call.path.startsWith('/v1/') && shape !== undefined && !NAMED.has(shape);
      }),
    );
    expect(unnamed.map(([name]) => name)).toEqual([]);
  });

  it('becomes JSON Schema with each shape once and references to it', () => {
    const registry = z.registry<{ readonly id: string }>();
    for (const [id, shape] of Object.entries(SHAPES)) registry.add(shape, { id });
    const { schemas } = z.toJSONSchema(registry);
    expect(Object.keys(schemas).toSorted()).toEqual(Object.keys(SHAPES).toSorted());
    expect(schemas['Job']).toMatchObject({
      type: 'object',
      additionalProperties: false,
      properties: { outputs: { type: 'array', items: { $ref: 'Output' } }, billing: { $ref: 'Billing' } },
    });
  });

  it('has a JSON Schema of every query and body', () => {
    const calls: readonly Call[] = Object.values(CALLS);
    for (const shape of calls.flatMap(({ query, body }) => [query ?? [], body ?? []]).flat()) {
      expect(z.toJSONSchema(shape, { io: 'input' })).toMatchObject({ type: 'object' });
    }
  });

  it('has one body of quotes and submissions, and the body of a catalogue is a narrower form of it', () => {
    expect(CALLS.quote.body).toBe(jobBody);
    expect(CALLS.submitJob.body).toBe(jobBody);
    const common = z.toJSONSchema(jobBody, { io: 'input' }).properties ?? {};
    const { anyOf, oneOf } = z.toJSONSchema(SUPERSCALE.jobRequest.schema, { io: 'input' });
    const bodies = oneOf ?? anyOf ?? [];
    expect(bodies).toHaveLength(SUPERSCALE.kinds.length + 2);
    for (const { properties } of bodies) {
      for (const [field, schema] of Object.entries(properties ?? {})) {
        if (field in common && field !== 'kind' && field !== 'items') expect(schema).toEqual(common[field]);
      }
    }
  });

  it.each(readdirSync(EXAMPLES).filter((name) => name.endsWith('.json')))(
    'reads %s as the catalogue does',
    (name) => {
      const body: unknown = JSON.parse(readFileSync(path.join(EXAMPLES, name), 'utf8'));
      const read = SUPERSCALE.jobRequest.schema.safeParse(body);
      expect(read.error?.issues).toBeUndefined();
      expect(jobBody.parse(body)).toEqual(read.data);
    },
  );

  it('does not match a response with a field too many, a field too few or a wrong value', () => {
    const request = { method: 'GET', path: '/v1/accounts/acct_a' };
    const account = {
      ...{ id: 'acct_a', name: 'A', reference: 'r', mode: 'live', frozen: false },
      created_at: '2026-01-31T12:00:00.000Z',
    };
    const responseOf = (body: object) => ({
      status: 200,
      contentType: 'application/json; charset=utf-8',
      text: JSON.stringify(body),
    });
    matchShape(request, responseOf(account));
    expect(() => {
      matchShape(request, responseOf({ ...account, secret: 's' }));
    }).toThrow(/GET \/v1\/accounts\/acct_a → 200[^]*secret/);
    expect(() => {
      matchShape(request, responseOf({ ...account, reference: undefined }));
    }).toThrow(/reference/);
    // A time to the second is another text than the wire has.
    expect(() => {
      matchShape(request, responseOf({ ...account, created_at: '2026-01-31T12:00:00Z' }));
    }).toThrow(/created_at/);
  });
});
