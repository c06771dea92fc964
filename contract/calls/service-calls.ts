import { z } from 'zod';
import type { Call } from '../call.ts';

const front = z.strictObject({
  name: z.string().meta({ description: 'The name of this service.', examples: ['Holdfast'] }),
  documentation: z.string().meta({ description: 'The path of the pages for people.', examples: ['/docs'] }),
  openapi: z.string().meta({ description: 'The path of the OpenAPI document.', examples: ['/openapi.json'] }),
});
const openApi = z.looseObject({
  openapi: z.literal('3.1.0').describe('The version of OpenAPI that it is written in.'),
});
const health = z.strictObject({ status: z.enum(['up', 'ready']) });

const PUBLIC = { method: 'get', tag: 'service', access: 'public' } as const satisfies Partial<Call>;

/** The documents, pages, health and metrics of the service, and webhooks of model services. Only metrics need a key. */
export const SERVICE_CALLS = {
  readFront: {
    ...PUBLIC,
    path: '/',
    summary: 'Read the addresses of the documents',
    responses: { 200: front },
  },
  readOpenApi: {
    ...PUBLIC,
    path: '/openapi.json',
    summary: 'Read this document',
    description: 'OpenAPI 3.1, with the kinds, meters, plans and packs that this deployment offers.',
    isTagged: true,
    responses: { 200: openApi },
  },
  readDocs: {
    ...PUBLIC,
    path: '/docs',
    summary: 'Read this document as pages, and try its calls',
    responses: { 200: { media: ['text/html'] } },
  },
  readDocsFile: {
    ...PUBLIC,
    path: '/docs/:file',
    summary: 'Read a script or style of the document pages',
    responses: { 200: { media: ['text/javascript', 'text/css'] } },
  },
  readPortal: {
    ...PUBLIC,
    path: '/portal',
    summary: 'Read the page of a customer: credits, jobs, and how to make more',
    description:
      'For a browser, which opens the `url` of a portal session. The page moves the token from the fragment into its memory.',
    responses: { 200: { media: ['text/html'] } },
    problems: ['not_found'],
  },
  readPortalFile: {
    ...PUBLIC,
    path: '/portal/:file',
    summary: 'Read a script, style or picture of the customer page',
    description:
      '`holdfast-credits.js` is the custom element `<holdfast-credits>`, for pages of other origins.',
    responses: { 200: { media: ['text/javascript', 'text/css', 'image/svg+xml'] } },
  },
  readConsole: {
    ...PUBLIC,
    path: '/console',
    summary: 'Read the page of support',
    responses: { 200: { media: ['text/html'] } },
    problems: ['not_found'],
  },
  readConsoleFile: {
    ...PUBLIC,
    path: '/console/:file',
    summary: 'Read a script, style or picture of the support page',
    responses: { 200: { media: ['text/javascript', 'text/css', 'image/svg+xml'] } },
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
    summary: 'Check whether the process is up',
    responses: { 200: health },
  },
  readReadiness: {
    ...PUBLIC,
    path: '/readyz',
    isUnlimited: true,
    summary: 'Check whether a job can be submitted now',
    responses: { 200: health },
    problems: ['unavailable'],
  },
  readMetrics: {
    method: 'get',
    tag: 'service',
    access: 'key',
    scopes: ['support'],
    onlyPlatform: true,
    path: '/metrics',
    summary: 'Read the metrics of this process and of the deployment, for Prometheus',
    responses: { 200: { media: ['text/plain'] } },
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
    countsStrangersOnly: true,
    summary: 'Receive the webhook of a model service',
    description:
      'For model services. Each attempt gives its service an address of its own, and the service signs the request in its own way. 204: it is ' +
      'recorded. Any other request gets a 404, and a client address may send only a limited number of them.',
    responses: { 204: null },
    problems: ['payload_too_large', 'unsupported_media_type', 'unavailable', 'internal'],
  },
} as const satisfies Readonly<Record<string, Call>>;
