import { z } from 'zod';
import type { Call } from '../call.ts';
import { jobBody } from '../job-request/job-request-schema.ts';
import { EVENT_STREAM, jobEventPage, jobEventsQuery } from '../shapes/event-shapes.ts';
import { job, jobPage, jobsQuery } from '../shapes/job-shapes.ts';
import { quote } from '../shapes/quote-shapes.ts';

/** Jobs: price, submission, reads and cancel. */
export const JOB_CALLS = {
  quote: {
    method: 'post',
    path: '/v1/quotes',
    tag: 'jobs',
    summary: 'Price a job',
    description:
      'Returns the exact price of a job body and stores it for 15 minutes. Nothing is spent. A job that the balance does not cover gets a ' +
      '200 too, with `affordable: false`.',
    access: 'account',
    scopes: ['jobs:write', 'jobs:read', 'credits:read'],
    portal: 'quote',
    body: jobBody,
    responses: { 200: quote },
    problems: ['state_conflict'],
  },
  submitJob: {
    method: 'post',
    path: '/v1/jobs',
    tag: 'jobs',
    summary: 'Submit a job',
    description:
      'Reserves the credits and starts the job, in one step: a 202 means that both are done. A refusal at admission (402, 409) is stored ' +
      'under the key and repeated forever; a new try needs a new key. With `Prefer: wait=N` the response waits for the end of the job, up ' +
      'to N seconds: 200 if it has ended by then, 202 otherwise.',
    access: 'account',
    scopes: ['jobs:write'],
    portal: 'submit',
    body: jobBody,
    idempotencyKey: 'required',
    headers: ['Prefer'],
    hasLocation: true,
    mayBill: true,
    responses: { 200: job, 202: job },
    problems: [
      'insufficient_credits',
      'limit_exceeded',
      'account_frozen',
      'price_changed',
      'job_in_doubt',
      'state_conflict',
    ],
  },
  listJobs: {
    method: 'get',
    path: '/v1/jobs',
    tag: 'jobs',
    summary: 'List jobs',
    description: 'The jobs of the account, newest first.',
    access: 'account',
    scopes: ['jobs:read', 'support'],
    portal: 'read',
    query: jobsQuery,
    responses: { 200: jobPage },
  },
  readJob: {
    method: 'get',
    path: '/v1/jobs/:id',
    tag: 'jobs',
    summary: 'Read a job',
    access: 'account',
    scopes: ['jobs:read', 'support'],
    portal: 'read',
    isTagged: true,
    responses: { 200: job },
  },
  readJobEvents: {
    method: 'get',
    path: '/v1/jobs/:id/events',
    tag: 'jobs',
    summary: 'Watch a job',
    description:
      'The events of a job: a list, or with `Accept: text/event-stream` a stream of server-sent events that ends with the job. A stream continues ' +
      'after the event that `Last-Event-ID` names. 204: the job has ended, and its last event has been read.',
    access: 'account',
    scopes: ['jobs:read', 'support'],
    portal: 'read',
    query: jobEventsQuery,
    headers: ['Last-Event-ID'],
    responses: { 200: { json: jobEventPage, media: [EVENT_STREAM] }, 204: null },
  },
  cancelJob: {
    method: 'post',
    path: '/v1/jobs/:id/cancel',
    tag: 'jobs',
    summary: 'Cancel a job',
    description:
      'Asks for the end of a job. A job that no model has begun costs nothing. A repetition gets a 202 again; a job that ended ' +
      'in another way gets a 409.',
    access: 'account',
    scopes: ['jobs:write'],
    portal: 'submit',
    body: z.strictObject({}),
    isBodyOptional: true,
    idempotencyKey: 'optional',
    responses: { 202: job },
    problems: ['state_conflict'],
  },
} as const satisfies Readonly<Record<string, Call>>;
