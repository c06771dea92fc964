import { createConfig, lintFromString, type RawUniversalConfig } from '@redocly/openapi-core';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { routesOf } from '../../api/create-api.ts';
import { buildDocument } from '../../api/document/build-document.ts';
import { webhookHeaders } from '../../contract/webhook-signature.ts';
import type { JsonSchema } from '../../api/document/document-types.ts';
import { SUPERSCALE, SUPERSCALE_RULES } from '../harness/superscale.ts';
import { fieldsOf, isShown } from './described-fields.ts';

const DOCUMENT = buildDocument(SUPERSCALE);
const TEXT = JSON.stringify(DOCUMENT);
const isOfWebhooks = (header: string) => header.startsWith('webhook-');

/** The linter's own strict rules, and what ours needs beyond them. */
const LINT: RawUniversalConfig = {
  extends: ['recommended-strict'],
  rules: {
    'operation-description': 'error',
    'parameter-description': 'error',
    'tag-description': 'error',
    'no-unused-components': 'error',
    'no-invalid-schema-examples': 'error',
    'no-schema-type-mismatch': 'error',
  },
};

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(JSON.parse(TEXT) as Record<string, never>);
    expect([valid, errors]).toEqual([true, undefined]);
  });

  it('has no fault of the linter, which finds one without servers', async () => {
    const config = await createConfig(LINT);
    const faults = await lintFromString({ source: TEXT, absoluteRef: 'openapi.json', config });
    expect(faults.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual(
      [],
    );
    const broken = await lintFromString({
      source: JSON.stringify({ ...DOCUMENT, servers: [] }),
      absoluteRef: 'openapi.json',
      config,
    });
    expect(broken.length).toBeGreaterThan(0);
  });

  it('has every route of the router, and no other', () => {
    // The factories read nothing of their parts until a request comes.
    const routes = routesOf({ rules: SUPERSCALE_RULES } as never).map(
      ({ call }) => `${call.method} ${call.path.replaceAll(/:(\w+)/g, '{$1}')}`,
    );
    const documented = Object.entries(DOCUMENT.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method} ${path}`),
    );
    expect(documented.toSorted()).toEqual(routes.toSorted());
  });

  it('describes what is sent to webhook endpoints, and how it is verified', () => {
    const { parameters, requestBody, description } = DOCUMENT.webhooks['event']?.post ?? {};
    const names = parameters?.map((parameter) => ('name' in parameter ? parameter.name : ''));
    expect(names).toEqual(Object.keys(webhookHeaders({ id: 'evt_a', body: '' }, [], 0)).filter(isOfWebhooks));
    expect(requestBody?.content['application/json']?.schema).toEqual({
      $ref: '#/components/schemas/WebhookMessage',
    });
    expect(description).toContain('HMAC-SHA256 over `{webhook-id}.{webhook-timestamp}.{body}`');
  });

  it('has a description of every field, and an example where its type does not say all', () => {
    const fields = fieldsOf(DOCUMENT.components.schemas);
    expect(fields.length).toBeGreaterThan(500);
    const places = (wrong: typeof fields) => wrong.map(({ place }) => place);
    expect(places(fields.filter(({ schema }) => !isShown(schema, 'description')))).toEqual([]);
    expect(places(fields.filter(({ schema }) => !isShown(schema, 'examples')))).toEqual([]);
  });

  it('has the unit of every number in its description', () => {
    const UNITS =
      /credit|dollar|second|month|day|byte|how many|how much|job|output|attempt|item|variation|version|number|status|which|queue|order|from 0|minimum|price list|units|requests/i;
    const numbers = fieldsOf(DOCUMENT.components.schemas).filter(({ schema }) =>
      ['integer', 'number'].includes(String(schema['type'])),
    );
    const silent = numbers.filter(({ schema }) => !UNITS.test(String(schema['description'])));
    expect(silent.map(({ place, schema }) => [place, schema['description']])).toEqual([]);
  });

  it('has a mapping from value to shape for every union with a discriminator', () => {
    const unions = Object.values(DOCUMENT.components.schemas).filter((schema) => 'discriminator' in schema);
    expect(unions.length).toBeGreaterThan(1);
    for (const { oneOf, discriminator } of unions) {
      const { mapping } = discriminator as { mapping: Record<string, string> };
      const shapes = (oneOf as { $ref: string }[]).map(({ $ref }) => $ref);
      expect(Object.values(mapping).toSorted()).toEqual(shapes.toSorted());
    }
  });

  it('has links that name a call, each parameter of its path, and where the id stands', () => {
    const byId = new Map(
      Object.entries(DOCUMENT.paths).flatMap(([path, operations]) =>
        Object.values(operations).map((operation) => [operation.operationId, { path, operation }] as const),
      ),
    );
    const schemaAt = (schema: JsonSchema | undefined, steps: readonly string[]): JsonSchema | undefined => {
      const ref = schema?.['$ref'];
      if (typeof ref === 'string')
        return schemaAt(DOCUMENT.components.schemas[ref.split('/').at(-1) ?? ''], steps);
      const [step, ...rest] = steps;
      if (step === undefined || schema === undefined) return schema;
      const inner = /^\d+$/.test(step) ? schema['items'] : (schema['properties'] as JsonSchema)[step];
      return schemaAt(inner as JsonSchema, rest);
    };
    const links = [...byId.values()].flatMap(({ path, operation }) =>
      Object.values(operation.responses).flatMap(({ content, links: of = {} }) =>
        Object.values(of).map((link) => ({ path, schema: content?.['application/json']?.schema, link })),
      ),
    );
    expect(links.length).toBeGreaterThan(150);
    for (const { path, schema, link } of links) {
      const target = byId.get(link.operationId)?.path ?? '';
      const needed = [...target.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(Object.keys(link.parameters), `${path} → ${link.operationId}`).toEqual(needed);
      for (const at of Object.values(link.parameters)) {
        const [, pointer] = /^\$response\.body#\/(.*)$/.exec(at) ?? [];
        if (pointer === undefined) expect(path).toContain(`{${at.replace('$request.path.', '')}}`);
        else expect(schemaAt(schema, pointer.split('/'))?.['type'], `${path} ${at}`).toBe('string');
      }
    }
  });

  it('has a body for each kind of the catalogue, told apart by `kind`', () => {
    expect(DOCUMENT.components.schemas['JobBody']).toMatchObject({
      oneOf: [
        { $ref: '#/components/schemas/StaticAdBody' },
        { $ref: '#/components/schemas/VideoAdBody' },
        { $ref: '#/components/schemas/EditBody' },
        { $ref: '#/components/schemas/BatchBody' },
      ],
      discriminator: {
        propertyName: 'kind',
        mapping: { static_ad: '#/components/schemas/StaticAdBody', batch: '#/components/schemas/BatchBody' },
      },
    });
    expect(DOCUMENT.components.schemas['VideoAdBody']).toMatchObject({
      additionalProperties: false,
      required: ['kind', 'brief'],
      properties: {
        kind: { const: 'video_ad' },
        brief: { $ref: '#/components/schemas/Brief' },
        duration_seconds: { enum: [15, 30, 60], default: 30 },
      },
    });
    expect(DOCUMENT.components.schemas['SpendBody']).toMatchObject({
      properties: { kind: { enum: SUPERSCALE.meters.map(({ name }) => name) } },
    });
  });
});
