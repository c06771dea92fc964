import type { Call } from '../call.ts';
import {
  account,
  accountBody,
  accountOrPreview,
  accountPriceListOrPreview,
  freezeBody,
  clock,
  clockBody,
  limits,
  limitsBody,
  limitsOrPreview,
  plan,
  planBody,
  priceListBody,
  referral,
  referralBody,
  spenderPage,
  spendersQuery,
} from '../shapes/account-shapes.ts';
import { grant, grantBody, voidBody, voidedGrantOrPreview } from '../shapes/credit-shapes.ts';
import { accountActionPage, accountActionsQuery, preview } from '../shapes/support-shapes.ts';

/** A change of the account in the path, with a platform key. */
const CHANGE = {
  tag: 'accounts',
  access: 'key',
  scopes: ['billing:write'],
  onlyPlatform: true,
} as const satisfies Partial<Call>;
/** A read of the account in the path; its own key may call it too. */
const SHOWN = {
  method: 'get',
  tag: 'accounts',
  access: 'key',
  scopes: ['credits:read', 'billing:write', 'support'],
  portal: 'read',
} as const satisfies Partial<Call>;

/** Accounts, and the calls of a billing system. Writes are keyed by their `reference`. */
export const ACCOUNT_CALLS = {
  openAccount: {
    ...CHANGE,
    method: 'post',
    path: '/v1/accounts',
    summary: 'Open an account',
    description: 'Grants the sign-up credits too. The same `reference` again returns the same account.',
    hasLocation: true,
    body: accountBody,
    responses: { 201: account },
    problems: ['idempotency_key_reused'],
  },
  readAccount: {
    ...SHOWN,
    path: '/v1/accounts/:id',
    summary: 'Read an account',
    responses: { 200: account },
  },
  grantCredits: {
    ...CHANGE,
    method: 'post',
    path: '/v1/accounts/:id/grants',
    summary: 'Grant credits',
    description:
      'A `top_up` says `credits` or `pack`; `goodwill` says `credits` and `reason`; a `trial` has its own size.',
    body: grantBody,
    responses: { 200: preview, 201: grant },
    problems: ['idempotency_key_reused', 'state_conflict'],
  },
  voidGrant: {
    ...CHANGE,
    method: 'post',
    path: '/v1/grants/:id/void',
    summary: 'Void a grant',
    description:
      'For a charge-back: takes back what is left of the grant. A repetition returns what the first call took.',
    body: voidBody,
    responses: { 200: voidedGrantOrPreview },
    problems: ['state_conflict'],
  },
  setPlan: {
    ...CHANGE,
    method: 'put',
    path: '/v1/accounts/:id/plan',
    summary: 'Start, renew, change or end a plan',
    body: planBody,
    responses: { 200: plan },
    problems: ['idempotency_key_reused'],
  },
  readPlan: {
    ...SHOWN,
    path: '/v1/accounts/:id/plan',
    summary: 'Read the plan of an account',
    description: 'All fields are null if the account has none.',
    responses: { 200: plan },
  },
  advanceClock: {
    ...CHANGE,
    onlyPlatform: false,
    method: 'post',
    path: '/v1/accounts/:id/clock',
    summary: 'Advance the clock of a test account',
    description:
      'Renewals, expiries, notices and returns happen at their times and in order; read the clock until its state is `ready`. The' +
      ' account’s own key may call it too. The same time again changes nothing.',
    body: clockBody,
    responses: { 202: clock },
    problems: ['state_conflict'],
  },
  readClock: {
    ...SHOWN,
    path: '/v1/accounts/:id/clock',
    summary: 'Read the clock of an account',
    description: 'The clock of a live account is the real time.',
    responses: { 200: clock },
  },
  setPriceList: {
    ...CHANGE,
    method: 'put',
    path: '/v1/accounts/:id/price_list',
    summary: 'Set the price list of an account',
    description: 'Applies from now on. An existing quote keeps its own price list.',
    body: priceListBody,
    responses: { 200: accountPriceListOrPreview },
    problems: ['state_conflict'],
  },
  freezeAccount: {
    ...CHANGE,
    method: 'post',
    path: '/v1/accounts/:id/freeze',
    summary: 'Freeze an account',
    description:
      'New spending is refused (`account_frozen`). Running jobs end as usual; returns, refunds and quotes work.',
    body: freezeBody,
    responses: { 200: accountOrPreview },
    problems: ['state_conflict'],
  },
  unfreezeAccount: {
    ...CHANGE,
    method: 'post',
    path: '/v1/accounts/:id/unfreeze',
    summary: 'Unfreeze an account',
    body: freezeBody,
    responses: { 200: accountOrPreview },
    problems: ['state_conflict'],
  },
  refer: {
    ...CHANGE,
    method: 'post',
    path: '/v1/accounts/:id/referrals',
    summary: 'Set the inviter of an account',
    description:
      'Can be set once. The inviter gets credits when the first paid period of this account starts.',
    body: referralBody,
    isMadeOnce: true,
    responses: { 201: referral },
    problems: ['state_conflict'],
  },
  setLimits: {
    ...CHANGE,
    method: 'put',
    path: '/v1/accounts/:id/limits',
    summary: 'Set the limits of an account',
    description: 'Replaces all limits. One that is left out is no limit.',
    body: limitsBody,
    responses: { 200: limitsOrPreview },
    problems: ['state_conflict'],
  },
  readLimits: {
    ...SHOWN,
    path: '/v1/accounts/:id/limits',
    summary: 'Read the limits of an account',
    responses: { 200: limits },
  },
  listSpenders: {
    ...SHOWN,
    path: '/v1/accounts/:id/spenders',
    summary: 'List the members and projects of an account',
    description:
      'Members, then projects, by name: those that used credits in the current period, and those with a cap of their own.',
    query: spendersQuery,
    responses: { 200: spenderPage },
  },
  listAccountActions: {
    method: 'get',
    tag: 'support',
    access: 'key',
    scopes: ['support', 'billing:write'],
    onlyPlatform: true,
    path: '/v1/accounts/:id/actions',
    summary: 'List the actions on an account',
    description:
      'Actions of support, of operators and of its own keys, with who, when and why, newest first. Portal sessions of its customers are not listed.',
    query: accountActionsQuery,
    responses: { 200: accountActionPage },
  },
} as const satisfies Readonly<Record<string, Call>>;
