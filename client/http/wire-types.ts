import type { z } from 'zod';
import type {
  accountBody,
  limitsBody,
  planBody,
  priceListBody,
} from '../../contract/shapes/account-shapes.ts';
import type {
  entriesQuery,
  grantBody,
  statementQuery,
  usageBody,
} from '../../contract/shapes/credit-shapes.ts';
import type { historyQuery, usageByDayQuery } from '../../contract/shapes/history-shapes.ts';
import type { unknownBillsQuery } from '../../contract/shapes/cost-shapes.ts';
import type { jobsQuery } from '../../contract/shapes/job-shapes.ts';
import type { decisionBody, reportBody, reviewsQuery } from '../../contract/shapes/review-shapes.ts';
import type { repairsQuery } from '../../contract/shapes/support-shapes.ts';
import type { keyBody, portalSessionBody, rotationBody } from '../../contract/shapes/access-shapes.ts';
import type { linkBody } from '../../contract/shapes/output-shapes.ts';
import type {
  resendWebhooksBody,
  rotateWebhookBody,
  webhookDeliveriesQuery,
  webhookEndpointBody,
  webhookEndpointChange,
} from '../../contract/shapes/webhook-shapes.ts';

/**
 * The wire types of contract/. The package has them written out (dev/print-types.mjs), so that it needs neither zod nor
 * the server.
 */

export type {
  AccountPriceList,
  AccountView as Account,
  ClockView as Clock,
  Limits,
  Plan,
  Referral,
  Spender,
} from '../../contract/shapes/account-shapes.ts';
export type { CatalogueView as Catalogue } from '../../contract/shapes/catalogue-shapes.ts';
export type { Attention } from '../../contract/shapes/attention-shapes.ts';
export type { LedgerChecks, LedgerReport } from '../../contract/shapes/ledger-shapes.ts';
export type { CostReport, UnknownBill } from '../../contract/shapes/cost-shapes.ts';
export type {
  Balance,
  EntryView as Entry,
  EstimateView as Estimate,
  Grant,
  Statement,
  Usage,
  VoidedGrant,
} from '../../contract/shapes/credit-shapes.ts';
export type {
  AccountEventView as AccountEvent,
  JobEventView as JobEvent,
} from '../../contract/shapes/event-shapes.ts';
export type { BalanceByDay, HistoryItem, UsageByDay } from '../../contract/shapes/history-shapes.ts';
export type {
  ApiKeyView as ApiKey,
  ConsoleSessionView as ConsoleSession,
  CreatedApiKey,
  CurrentPortalSession,
  PortalSession,
} from '../../contract/shapes/access-shapes.ts';
export type { OutputLink, OutputReference } from '../../contract/shapes/output-shapes.ts';
export type {
  ResentWebhooks,
  WebhookDelivery,
  WebhookEndpoint,
  WebhookEndpointWithSecret,
} from '../../contract/shapes/webhook-shapes.ts';
export type { Job, Output, OutputWithLineage } from '../../contract/shapes/job-shapes.ts';
export type { ModelHealth } from '../../contract/shapes/model-shapes.ts';
export type { FieldError, ProblemView as Problem } from '../../contract/shapes/problem-shape.ts';
export type { Quote } from '../../contract/shapes/quote-shapes.ts';
export type { Review, ReviewForSupport } from '../../contract/shapes/review-shapes.ts';
export type {
  AccountAction,
  Inspection,
  Preview,
  Repair,
  SearchResult,
} from '../../contract/shapes/support-shapes.ts';
export type { SupportBody } from '../../contract/support-command.ts';
export type { ProblemCode } from '../../contract/problems.ts';
/** The body of a quote and of a job. The fields of a kind stand beside the common ones. */
export type { JobRequest as JobBody } from '../../domain/work/job-request.ts';

/** A list's parameters; the client fetches the pages. */
type Filters<Query extends z.ZodType> = Partial<Omit<z.output<Query>, 'cursor'>>;

export type JobFilters = Filters<typeof jobsQuery>;
export type EntryFilters = Filters<typeof entriesQuery>;
export type HistoryFilters = Filters<typeof historyQuery>;
export type UsageRange = Partial<z.output<typeof usageByDayQuery>>;
export type ReviewFilters = Filters<typeof reviewsQuery>;
export type RepairFilters = Filters<typeof repairsQuery>;
export type UnknownBillFilters = Filters<typeof unknownBillsQuery>;
export type StatementRange = Partial<z.output<typeof statementQuery>>;

/** A body, read-only. */
type Sent<Body extends z.ZodType> = ReadOnly<z.input<Body>>;
type ReadOnly<Value> = Value extends readonly (infer Item)[]
  ? readonly ReadOnly<Item>[]
  : Value extends object
    ? { readonly [Field in keyof Value]: ReadOnly<Value[Field]> }
    : Value;

/** Without what makes it a preview: that is a method of its own. */
type Asked<Body> = Omit<Body, 'dry_run'>;

export type AccountBody = Sent<typeof accountBody>;
export type GrantBody = Asked<Sent<typeof grantBody>>;
export type LimitsBody = Asked<Sent<typeof limitsBody>>;
export type PlanBody = Sent<typeof planBody>;
export type PriceListBody = Asked<Sent<typeof priceListBody>>;
export type ReportBody = Sent<typeof reportBody>;
export type DecisionBody = Asked<Sent<typeof decisionBody>>;
export type UsageBody = Sent<typeof usageBody>;
export type ApiKeyBody = Sent<typeof keyBody>;
export type RotationBody = Asked<Sent<typeof rotationBody>>;
export type PortalSessionBody = Sent<typeof portalSessionBody>;
export type LinkBody = Sent<typeof linkBody>;
export type WebhookEndpointBody = Sent<typeof webhookEndpointBody>;
export type WebhookEndpointChange = Sent<typeof webhookEndpointChange>;
export type WebhookRotationBody = Sent<typeof rotateWebhookBody>;
export type ResendBody = Asked<Sent<typeof resendWebhooksBody>>;
export type WebhookDeliveryFilters = Filters<typeof webhookDeliveriesQuery>;
