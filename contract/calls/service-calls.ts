import { z } from 'zod';
import type { Call } from '../call.ts';

const front = z.strictObject({ name: z.string(), documentation: z.string() });
const health = z.strictObject({ status: z.enum(['up', 'ready']) });

const PUBLIC = { method: 'get', tag: 'service', access: 'public' } as const satisfies Partial<Call>;

/** What needs no key: where things are, whether they are up, and what model services tell. */
export const SERVICE_CALLS = {
  readFront: {
    ...PUBLIC,
    path: '/',
    summary: 'Read where the documents are',
    responses: { 200: front },
  },
  readPage: {
    ...PUBLIC,
    path: '/http-api.md',
    summary: 'Read the page that describes every call',
    responses: { 200: { media: ['text/markdown'] } },
  },
  readHealth: {
    ...PUBLIC,
    path: '/healthz',
    isUnlimited: true,
    summary: 'Ask whether the process is up',
    responses: { 200: health },
  },
  readReadiness: {
    ...PUBLIC,
    path: '/readyz',
    isUnlimited: true,
    summary: 'Ask whether a job can be submitted now',
    responses: { 200: health },
    problems: ['unavailable'],
  },
  readProblemPage: {
    ...PUBLIC,
    path: '/problems/:code',
    summary: 'Read what a problem code means, and what to do about it',
    responses: { 200: { media: ['text/html'] } },
  },
  receiveProviderWebhook: {
    method: 'post',
    tag: 'service',
    access: 'public',
    path: '/v1/provider_webhooks/:provider/:token',
    summary: 'Tell that a job of a model service has ended',
    description:
      'For model services: the address is given to a service for each attempt, and the request is signed as that service signs. 204 once it is ' +
      'on record; 404 for any other.',
    responses: { 204: null },
    problems: ['payload_too_large', 'unsupported_media_type', 'unavailable', 'internal'],
  },
} as const satisfies Readonly<Record<string, Call>>;
