import type { Call } from '../call.ts';
import { catalogue } from '../shapes/catalogue-shapes.ts';
import {
  balanceByDay,
  balanceDaysQuery,
  historyPage,
  historyQuery,
  usageByDay,
  usageByDayQuery,
} from '../shapes/history-shapes.ts';
import {
  balance,
  entriesQuery,
  entryPage,
  estimate,
  estimateQuery,
  statement,
  statementQuery,
  usage,
  usageBody,
} from '../shapes/credit-shapes.ts';

/** A read of an account's credits: for its own keys, for billing, for support, and for a customer's browser. */
const READS_CREDITS = {
  tag: 'credits',
  access: 'account',
  scopes: ['credits:read', 'billing:write', 'support'],
  portal: 'read',
} as const satisfies Partial<Call>;

/** The credits that an account has, has spent, and may buy. */
export const CREDIT_CALLS = {
  readBalance: {
    method: 'get',
    path: '/v1/balance',
    ...READS_CREDITS,
    summary: 'Read the balance',
    description: 'What can be spent, what is reserved, and the grants behind it.',
    responses: { 200: balance },
  },
  readBalanceDays: {
    method: 'get',
    path: '/v1/balance/days',
    ...READS_CREDITS,
    summary: 'Read the balance by day',
    description: 'The balance at the end of each day, by the source of its grants.',
    query: balanceDaysQuery,
    addsUpEntries: true,
    responses: { 200: balanceByDay },
  },
  listEntries: {
    method: 'get',
    path: '/v1/entries',
    ...READS_CREDITS,
    summary: 'List the usage history',
    description: 'Every movement of credits, newest first.',
    query: entriesQuery,
    responses: { 200: entryPage },
  },
  readHistory: {
    method: 'get',
    path: '/v1/history',
    ...READS_CREDITS,
    summary: 'Read the usage history by job',
    description:
      'Jobs with the credits that they reserved, charged and returned, and movements of credits without a job, newest first.',
    query: historyQuery,
    responses: { 200: historyPage },
  },
  readUsage: {
    method: 'get',
    path: '/v1/usage',
    ...READS_CREDITS,
    summary: 'Read usage by day and kind',
    description: 'What was charged, less refunds, for at most 92 days.',
    query: usageByDayQuery,
    addsUpEntries: true,
    responses: { 200: usageByDay },
  },
  readStatement: {
    method: 'get',
    path: '/v1/statement',
    ...READS_CREDITS,
    summary: 'Read a statement',
    description:
      'Opening and closing balance of a period, and the sums by kind. `Accept: text/csv` returns the entries themselves, as rows.',
    query: statementQuery,
    addsUpEntries: true,
    responses: { 200: { json: statement, media: ['text/csv'] } },
  },
  readEstimate: {
    method: 'get',
    path: '/v1/estimate',
    tag: 'credits',
    summary: 'Estimate what credits buy',
    description: 'How many static ads, or how many videos, a number of credits buys.',
    access: 'account',
    scopes: ['credits:read', 'jobs:read', 'jobs:write', 'billing:write', 'support'],
    portal: 'read',
    query: estimateQuery,
    responses: { 200: estimate },
  },
  readCatalogue: {
    method: 'get',
    path: '/v1/catalogue',
    tag: 'service',
    summary: 'Read what is offered',
    description:
      'Kinds with the JSON Schema of their bodies, models with their stages, prices, plans, packs, meters and the terms of grants: the prices and models of the calling account.',
    access: 'key',
    scopes: ['jobs:write', 'jobs:read', 'credits:read', 'billing:write', 'support'],
    portal: 'read',
    responses: { 200: catalogue },
    problems: ['not_found'],
  },
  spend: {
    method: 'post',
    path: '/v1/usage',
    tag: 'credits',
    summary: 'Spend credits on metered use',
    description:
      'Charges at once, without a job. A repetition under the same key returns the same response forever, also if it is a refusal.',
    access: 'account',
    scopes: ['jobs:write', 'billing:write'],
    body: usageBody,
    idempotencyKey: 'required',
    mayBill: true,
    responses: { 201: usage },
    problems: ['insufficient_credits', 'limit_exceeded', 'account_frozen'],
  },
} as const satisfies Readonly<Record<string, Call>>;
