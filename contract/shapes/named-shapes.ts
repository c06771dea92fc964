import type { z } from 'zod';
import { attention } from './attention-shapes.ts';
import { historyEntry, historyItem, historyJob, historyPage, usageByDay } from './history-shapes.ts';
import {
  apiKey,
  apiKeyPage,
  consoleSession,
  createdApiKey,
  currentPortalSession,
  portalSession,
} from './access-shapes.ts';
import { account, accountPriceList, clock, limits, plan, referral } from './account-shapes.ts';
import { catalogue, catalogueModel, cataloguePrice } from './catalogue-shapes.ts';
import { accountEvent, accountEventPage, jobEvent, jobEventPage } from './event-shapes.ts';
import { modelHealth, modelPage } from './model-shapes.ts';
import { costReport, costRow, unknownBill, unknownBillPage } from './cost-shapes.ts';
import { ledgerChecks, ledgerReport, ledgerReportDay, ledgerReportRow } from './ledger-shapes.ts';
import {
  balance,
  entry,
  entryPage,
  estimate,
  grant,
  purchasingPower,
  statement,
  usage,
  voidedGrant,
} from './credit-shapes.ts';
import { billing, failure, job, jobPage, output, outputWithLineage, progress } from './job-shapes.ts';
import { outputLink, outputReference, outputReferencePage } from './output-shapes.ts';
import { exceededCap, fieldError, problem } from './problem-shape.ts';
import { quote, quoteLine } from './quote-shapes.ts';
import { decision, review, reviewOrPreview, reviewPage } from './review-shapes.ts';
import {
  attempt,
  inspectedOutput,
  inspection,
  operatorAction,
  preview,
  repair,
  repairPage,
  searchPage,
  searchResult,
} from './support-shapes.ts';
import {
  resentWebhooks,
  webhookDelivery,
  webhookDeliveryPage,
  webhookEndpoint,
  webhookEndpointPage,
  webhookEndpointWithSecret,
} from './webhook-shapes.ts';

/** Every shape of a response under its name, as documents and generated types call it. */
export const SHAPES = {
  Attention: attention,
  Account: account,
  AccountEvent: accountEvent,
  AccountEventPage: accountEventPage,
  AccountPriceList: accountPriceList,
  ApiKey: apiKey,
  ApiKeyPage: apiKeyPage,
  Clock: clock,
  Attempt: attempt,
  Balance: balance,
  Billing: billing,
  Catalogue: catalogue,
  CatalogueModel: catalogueModel,
  CataloguePrice: cataloguePrice,
  ConsoleSession: consoleSession,
  CostReport: costReport,
  CostRow: costRow,
  CreatedApiKey: createdApiKey,
  Decision: decision,
  Entry: entry,
  EntryPage: entryPage,
  HistoryItem: historyItem,
  HistoryJob: historyJob,
  HistoryEntry: historyEntry,
  HistoryPage: historyPage,
  UsageByDay: usageByDay,
  CurrentPortalSession: currentPortalSession,
  Estimate: estimate,
  ExceededCap: exceededCap,
  Failure: failure,
  FieldError: fieldError,
  Grant: grant,
  InspectedOutput: inspectedOutput,
  Inspection: inspection,
  Job: job,
  JobEvent: jobEvent,
  JobEventPage: jobEventPage,
  JobPage: jobPage,
  LedgerChecks: ledgerChecks,
  LedgerReport: ledgerReport,
  LedgerReportDay: ledgerReportDay,
  LedgerReportRow: ledgerReportRow,
  Limits: limits,
  OperatorAction: operatorAction,
  Output: output,
  OutputLink: outputLink,
  OutputReference: outputReference,
  OutputReferencePage: outputReferencePage,
  OutputWithLineage: outputWithLineage,
  Plan: plan,
  PortalSession: portalSession,
  Preview: preview,
  Problem: problem,
  Progress: progress,
  PurchasingPower: purchasingPower,
  Quote: quote,
  QuoteLine: quoteLine,
  Referral: referral,
  ModelHealth: modelHealth,
  ModelPage: modelPage,
  Repair: repair,
  RepairPage: repairPage,
  Review: review,
  ReviewOrPreview: reviewOrPreview,
  ReviewPage: reviewPage,
  SearchPage: searchPage,
  SearchResult: searchResult,
  Statement: statement,
  UnknownBill: unknownBill,
  UnknownBillPage: unknownBillPage,
  Usage: usage,
  VoidedGrant: voidedGrant,
  ResentWebhooks: resentWebhooks,
  WebhookDelivery: webhookDelivery,
  WebhookDeliveryPage: webhookDeliveryPage,
  WebhookEndpoint: webhookEndpoint,
  WebhookEndpointPage: webhookEndpointPage,
  WebhookEndpointWithSecret: webhookEndpointWithSecret,
} as const satisfies Readonly<Record<string, z.ZodType>>;
