import type { Call } from '../call.ts';
import { attention } from '../shapes/attention-shapes.ts';
import { costReport, costsQuery, unknownBillPage, unknownBillsQuery } from '../shapes/cost-shapes.ts';
import { job } from '../shapes/job-shapes.ts';
import { ledgerChecks, ledgerReport, ledgerReportQuery } from '../shapes/ledger-shapes.ts';
import { modelPage } from '../shapes/model-shapes.ts';
import {
  inspection,
  preview,
  repairPage,
  repairsQuery,
  searchPage,
  searchQuery,
} from '../shapes/support-shapes.ts';
import { SUPPORT_BODIES } from '../support-command.ts';

/** A support command is applied once per key. The response is the job, or for a dry run what the command would do. */
const COMMAND = {
  method: 'post',
  tag: 'support',
  access: 'key',
  scopes: ['support'],
  onlyPlatform: true,
  idempotencyKey: 'required',
  mayBill: true,
  responses: { 200: preview, 202: job },
  problems: ['state_conflict'],
} as const satisfies Partial<Call>;

/** Reads and commands of support staff and operators. */
export const OPERATOR_CALLS = {
  releaseJob: {
    ...COMMAND,
    path: '/v1/jobs/:id/release',
    summary: 'Release the reserved credits of a job now',
    body: SUPPORT_BODIES.release,
  },
  refundJob: {
    ...COMMAND,
    path: '/v1/jobs/:id/refund',
    summary: 'Refund committed credits of a job',
    // A key that may grant credits may refund charged ones.
    scopes: ['support', 'billing:write'],
    body: SUPPORT_BODIES.refund,
  },
  extendJob: {
    ...COMMAND,
    path: '/v1/jobs/:id/extend',
    summary: 'Extend the deadline of a job',
    body: SUPPORT_BODIES.extend,
  },
  restartJob: {
    ...COMMAND,
    path: '/v1/jobs/:id/restart',
    summary: 'Replace an attempt that a provider has accepted by a new one',
    body: SUPPORT_BODIES.restart,
  },
  resolveJob: {
    ...COMMAND,
    path: '/v1/jobs/:id/resolve',
    summary: 'Resolve an attempt whose outcome is unknown',
    body: SUPPORT_BODIES.resolve,
  },
  inspectJob: {
    method: 'get',
    path: '/v1/jobs/:id/inspect',
    tag: 'support',
    summary: 'Read everything that is recorded about a job',
    access: 'key',
    scopes: ['support'],
    onlyPlatform: true,
    responses: { 200: inspection },
  },
  listModels: {
    method: 'get',
    path: '/v1/models',
    tag: 'support',
    summary: 'List models with their health',
    access: 'key',
    scopes: ['support'],
    onlyPlatform: true,
    responses: { 200: modelPage },
  },
  readAttention: {
    method: 'get',
    path: '/v1/attention',
    tag: 'support',
    summary: 'Read what needs attention now',
    description:
      'At most 25 of each kind, of all accounts, the most urgent first; `more` names the kinds of which there are more. One query,' +
      ' which reads only what is open.',
    access: 'key',
    scopes: ['support'],
    onlyPlatform: true,
    onlyLive: true,
    responses: { 200: attention },
  },
  listRepairs: {
    method: 'get',
    path: '/v1/repairs',
    tag: 'support',
    summary: 'List reservations that the reconciler could not settle by itself',
    access: 'key',
    scopes: ['support'],
    onlyPlatform: true,
    query: repairsQuery,
    responses: { 200: repairPage },
    problems: ['not_found'],
  },
  search: {
    method: 'get',
    path: '/v1/search',
    tag: 'support',
    summary: 'Find an object by an id or a name',
    description: 'At most 20 results, of all accounts or of the one that `Holdfast-Account` names.',
    access: 'key',
    scopes: ['support'],
    onlyPlatform: true,
    query: searchQuery,
    responses: { 200: searchPage },
    problems: ['not_found'],
  },
  readCosts: {
    method: 'get',
    path: '/v1/costs',
    tag: 'support',
    summary: 'Read what each model cost and earned',
    access: 'key',
    scopes: ['support', 'billing:write'],
    onlyPlatform: true,
    onlyLive: true,
    query: costsQuery,
    responses: { 200: costReport },
  },
  listUnknownBills: {
    method: 'get',
    path: '/v1/costs/unknown_bills',
    tag: 'support',
    summary: 'List attempts that may or may not have been billed',
    access: 'key',
    scopes: ['support', 'billing:write'],
    onlyPlatform: true,
    onlyLive: true,
    query: unknownBillsQuery,
    responses: { 200: unknownBillPage },
  },
  readLedgerReport: {
    method: 'get',
    path: '/v1/ledger/report',
    tag: 'support',
    summary: 'Read what was issued, spent and is outstanding',
    description:
      'For a month, by source of credits and by day. It reads sums that are kept as the journal grows, up to `counted_until`.' +
      ' `Accept: text/csv` returns the lines of the sources, as rows.',
    access: 'key',
    scopes: ['support', 'billing:write'],
    onlyPlatform: true,
    onlyLive: true,
    query: ledgerReportQuery,
    responses: { 200: { json: ledgerReport, media: ['text/csv'] } },
  },
  readLedgerChecks: {
    method: 'get',
    path: '/v1/ledger/checks',
    tag: 'support',
    summary: 'Read when the ledger was checked last, and what was found',
    description: 'Runs no check: `holdfast reconcile` does, and the reconciler on its schedule.',
    access: 'key',
    scopes: ['support', 'billing:write'],
    onlyPlatform: true,
    onlyLive: true,
    responses: { 200: ledgerChecks },
  },
} as const satisfies Readonly<Record<string, Call>>;
