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

/** Each command is applied once per key, and answered with the job; a dry run with what it would do. */
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

/** What support staff and operators see and do. */
export const OPERATOR_CALLS = {
  releaseJob: {
    ...COMMAND,
    path: '/v1/jobs/:id/release',
    summary: 'Return the reserved credits of a job now',
    body: SUPPORT_BODIES.release,
  },
  refundJob: {
    ...COMMAND,
    path: '/v1/jobs/:id/refund',
    summary: 'Give committed credits of a job back',
    // Who may give credits may give charged ones back.
    scopes: ['support', 'billing:write'],
    body: SUPPORT_BODIES.refund,
  },
  extendJob: {
    ...COMMAND,
    path: '/v1/jobs/:id/extend',
    summary: 'Give a job a later deadline',
    body: SUPPORT_BODIES.extend,
  },
  restartJob: {
    ...COMMAND,
    path: '/v1/jobs/:id/restart',
    summary: 'Make a new attempt in place of one that a provider has accepted',
    body: SUPPORT_BODIES.restart,
  },
  resolveJob: {
    ...COMMAND,
    path: '/v1/jobs/:id/resolve',
    summary: 'Say what an attempt was whose outcome is unknown',
    body: SUPPORT_BODIES.resolve,
  },
  inspectJob: {
    method: 'get',
    path: '/v1/jobs/:id/inspect',
    tag: 'support',
    summary: 'Read all that is on record of a job',
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
    summary: 'Read what asks for a person now',
    description:
      'At most 25 of each kind, of all accounts, those first that matter first; `more` names the kinds of which there are more. One query,' +
      ' which reads what is open and nothing of the past.',
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
    summary: 'Find what an id or a name is',
    description: 'At most 20. Of all accounts, or of the one that `Holdfast-Account` names.',
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
    summary: 'Read what each model cost and brought in',
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
      'Of a month, by source of credits, and by day. From sums that are kept as the journal grows: `counted_until` says how far. With' +
      ' `Accept: text/csv` the lines of the sources, as rows.',
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
    description: 'Runs no check: `holdfast reconcile` does, and the reconciler by its schedule.',
    access: 'key',
    scopes: ['support', 'billing:write'],
    onlyPlatform: true,
    onlyLive: true,
    responses: { 200: ledgerChecks },
  },
} as const satisfies Readonly<Record<string, Call>>;
