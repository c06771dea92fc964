import { z } from 'zod';
import { jobBody } from './job-request/job-request-schema.ts';
import {
  account,
  accountBody,
  accountPriceList,
  limits,
  limitsBody,
  plan,
  planBody,
  priceListBody,
  referral,
  referralBody,
} from './shapes/account-shapes.ts';
import { catalogue } from './shapes/catalogue-shapes.ts';
import {
  balance,
  entriesQuery,
  entryPage,
  estimate,
  estimateQuery,
  grant,
  grantBody,
  statement,
  statementQuery,
  usage,
  usageBody,
  voidBody,
  voidedGrant,
} from './shapes/credit-shapes.ts';
import { costReport, costsQuery, unknownBillPage, unknownBillsQuery } from './shapes/cost-shapes.ts';
import {
  job,
  jobEventPage,
  jobEventsQuery,
  jobPage,
  jobsQuery,
  outputWithLineage,
} from './shapes/job-shapes.ts';
import { modelPage } from './shapes/model-shapes.ts';
import { quote } from './shapes/quote-shapes.ts';
import { decisionBody, reportBody, review, reviewPage, reviewsQuery } from './shapes/review-shapes.ts';
import { SUPPORT_BODIES } from './support-command.ts';
import { inspection, repairPage, repairsQuery } from './shapes/support-shapes.ts';

/** One call of the HTTP API: where it is, what it takes, and what a response other than a problem says. */
export type Call = {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** `:name` stands for a parameter. */
  readonly path: string;
  readonly query?: z.ZodType;
  /** Where a catalogue has a part in it (a job body, the name of a plan), the call is read with a narrower one. */
  readonly body?: z.ZodType;
  /** The JSON of a response; null: bytes or text. */
  readonly response: z.ZodType | null;
};

const front = z.strictObject({ name: z.string(), documentation: z.string() });
const health = z.strictObject({ status: z.enum(['up', 'ready']) });

/** Every call there is. Routes, tests and documents take paths and shapes from here. */
export const CALLS = {
  readFront: { method: 'get', path: '/', response: front },
  readPage: { method: 'get', path: '/http-api.md', response: null },
  readHealth: { method: 'get', path: '/healthz', response: health },
  readReadiness: { method: 'get', path: '/readyz', response: health },
  readProblemPage: { method: 'get', path: '/problems/:code', response: null },

  quote: { method: 'post', path: '/v1/quotes', body: jobBody, response: quote },
  submitJob: { method: 'post', path: '/v1/jobs', body: jobBody, response: job },
  listJobs: { method: 'get', path: '/v1/jobs', query: jobsQuery, response: jobPage },
  readJob: { method: 'get', path: '/v1/jobs/:id', response: job },
  readJobEvents: {
    method: 'get',
    path: '/v1/jobs/:id/events',
    query: jobEventsQuery,
    response: jobEventPage,
  },
  cancelJob: { method: 'post', path: '/v1/jobs/:id/cancel', body: z.strictObject({}), response: job },
  readOutput: { method: 'get', path: '/v1/outputs/:id', response: outputWithLineage },
  readOutputContent: { method: 'get', path: '/v1/outputs/:id/content', response: null },

  releaseJob: { method: 'post', path: '/v1/jobs/:id/release', body: SUPPORT_BODIES.release, response: job },
  refundJob: { method: 'post', path: '/v1/jobs/:id/refund', body: SUPPORT_BODIES.refund, response: job },
  extendJob: { method: 'post', path: '/v1/jobs/:id/extend', body: SUPPORT_BODIES.extend, response: job },
  restartJob: { method: 'post', path: '/v1/jobs/:id/restart', body: SUPPORT_BODIES.restart, response: job },
  resolveJob: { method: 'post', path: '/v1/jobs/:id/resolve', body: SUPPORT_BODIES.resolve, response: job },
  inspectJob: { method: 'get', path: '/v1/jobs/:id/inspect', response: inspection },
  listModels: { method: 'get', path: '/v1/models', response: modelPage },
  listRepairs: { method: 'get', path: '/v1/repairs', query: repairsQuery, response: repairPage },

  reportOutput: { method: 'post', path: '/v1/outputs/:id/reports', body: reportBody, response: review },
  listReviews: { method: 'get', path: '/v1/reviews', query: reviewsQuery, response: reviewPage },
  readReview: { method: 'get', path: '/v1/reviews/:id', response: review },
  decideReview: { method: 'post', path: '/v1/reviews/:id/decision', body: decisionBody, response: review },

  readBalance: { method: 'get', path: '/v1/balance', response: balance },
  listEntries: { method: 'get', path: '/v1/entries', query: entriesQuery, response: entryPage },
  readStatement: { method: 'get', path: '/v1/statement', query: statementQuery, response: statement },
  readEstimate: { method: 'get', path: '/v1/estimate', query: estimateQuery, response: estimate },
  readCatalogue: { method: 'get', path: '/v1/catalogue', response: catalogue },
  spend: { method: 'post', path: '/v1/usage', body: usageBody, response: usage },

  readCosts: { method: 'get', path: '/v1/costs', query: costsQuery, response: costReport },
  listUnknownBills: {
    method: 'get',
    path: '/v1/costs/unknown_bills',
    query: unknownBillsQuery,
    response: unknownBillPage,
  },

  receiveProviderWebhook: { method: 'post', path: '/v1/provider_webhooks/:provider/:token', response: null },

  openAccount: { method: 'post', path: '/v1/accounts', body: accountBody, response: account },
  readAccount: { method: 'get', path: '/v1/accounts/:id', response: account },
  grantCredits: { method: 'post', path: '/v1/accounts/:id/grants', body: grantBody, response: grant },
  voidGrant: { method: 'post', path: '/v1/grants/:id/void', body: voidBody, response: voidedGrant },
  setPlan: { method: 'put', path: '/v1/accounts/:id/plan', body: planBody, response: plan },
  readPlan: { method: 'get', path: '/v1/accounts/:id/plan', response: plan },
  setPriceList: {
    method: 'put',
    path: '/v1/accounts/:id/price_list',
    body: priceListBody,
    response: accountPriceList,
  },
  refer: { method: 'post', path: '/v1/accounts/:id/referrals', body: referralBody, response: referral },
  setLimits: { method: 'put', path: '/v1/accounts/:id/limits', body: limitsBody, response: limits },
  readLimits: { method: 'get', path: '/v1/accounts/:id/limits', response: limits },
} as const satisfies Readonly<Record<string, Call>>;
