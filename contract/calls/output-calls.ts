import type { Call } from '../call.ts';
import { outputWithLineage } from '../shapes/job-shapes.ts';
import {
  decisionBody,
  reportBody,
  review,
  reviewOrPreview,
  reviewPage,
  reviewsQuery,
} from '../shapes/review-shapes.ts';

const FILES = { media: ['image/png', 'image/jpeg', 'image/webp', 'video/mp4'] } as const;

/** Outputs, their bytes, and the reports of those that cannot be used. */
export const OUTPUT_CALLS = {
  readOutput: {
    method: 'get',
    path: '/v1/outputs/:id',
    tag: 'outputs',
    summary: 'Read an output',
    access: 'account',
    scopes: ['jobs:read', 'support'],
    portal: 'read',
    isTagged: true,
    responses: { 200: outputWithLineage },
  },
  readOutputContent: {
    method: 'get',
    path: '/v1/outputs/:id/content',
    tag: 'outputs',
    summary: 'Download an output',
    description: 'The bytes of an output, once it is charged. Free, as often as needed, in ranges too.',
    access: 'account',
    scopes: ['jobs:read', 'support'],
    portal: 'read',
    headers: ['Range', 'If-Range'],
    isTagged: true,
    responses: { 200: FILES, 206: FILES },
    problems: ['content_expired', 'range_not_satisfiable'],
  },
  reportOutput: {
    method: 'post',
    path: '/v1/outputs/:id/reports',
    tag: 'outputs',
    summary: 'Report an output that cannot be used',
    description: 'Opens a review, which support decides. The same report again is the same review.',
    access: 'account',
    scopes: ['jobs:write', 'support'],
    portal: 'report',
    body: reportBody,
    responses: { 201: review },
    problems: ['state_conflict'],
  },
  listReviews: {
    method: 'get',
    path: '/v1/reviews',
    tag: 'outputs',
    summary: 'List reviews',
    description:
      'The reviews of the account, newest first. With a platform key that names no account: of all accounts.',
    access: 'key',
    scopes: ['support', 'jobs:read'],
    portal: 'read',
    query: reviewsQuery,
    responses: { 200: reviewPage },
    problems: ['not_found'],
  },
  readReview: {
    method: 'get',
    path: '/v1/reviews/:id',
    tag: 'outputs',
    summary: 'Read a review',
    access: 'key',
    scopes: ['support', 'jobs:read'],
    portal: 'read',
    responses: { 200: review },
  },
  decideReview: {
    method: 'post',
    path: '/v1/reviews/:id/decision',
    tag: 'support',
    summary: 'Decide a review',
    description:
      'Refunds the output, has it made again at no cost, or denies. The customer reads the reason.',
    access: 'key',
    scopes: ['support'],
    onlyPlatform: true,
    body: decisionBody,
    idempotencyKey: 'required',
    responses: { 200: reviewOrPreview },
    problems: ['state_conflict'],
  },
} as const satisfies Readonly<Record<string, Call>>;
