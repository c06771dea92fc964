import type { ResultLinks } from './result-links.ts';
import { statusOf, type Prediction } from './prediction.ts';
import { isVideo } from './prediction-request.ts';
import { scenarioRuleOf } from './scenario-rules.ts';

/** What this service charges its customer (us) for a finished job. Dollars, as text: never a float. */
const PRICE = { picture: '0.0040', film: '0.1200' } as const;

export type ViewContext = {
  readonly links: ResultLinks;
  readonly linkSeconds: number;
  readonly nowMs: number;
  /** `http://host:port` that links begin with. */
  readonly origin: string;
  readonly queuePosition: number | null;
};

/** A prediction as the HTTP API shows it, with fresh links to its files. */
export function viewPrediction(prediction: Prediction, context: ViewContext): Record<string, unknown> {
  const { order, end, progress } = prediction;
  return {
    id: order.id,
    reference: order.reference,
    status: statusOf(prediction),
    created_at: new Date(order.createdAtMs).toISOString(),
    queue_position: context.queuePosition,
    progress: end === null && prediction.isProcessing ? progress : null,
    error: end?.error ?? null,
    output: end?.status === 'succeeded' ? viewFiles(prediction, context) : null,
    metrics: {
      billed: end?.isBilled ?? false,
      cost: end?.isBilled === true ? PRICE[isVideo(order.input) ? 'film' : 'picture'] : '0',
    },
  };
}

function viewFiles(prediction: Prediction, context: ViewContext): readonly Record<string, unknown>[] {
  const { order, end } = prediction;
  const isBornExpired =
    scenarioRuleOf(order.input.test_scenario).expiresFirstLink && !prediction.hasFollowedExpiredLink;
  const expiresAtMs = context.nowMs + (isBornExpired ? 0 : context.linkSeconds * 1_000);
  return (end?.files ?? []).map((file, index) => ({
    url: `${context.origin}/files/${context.links.issue({ predictionId: order.id, index }, expiresAtMs)}`,
    content_type: file.contentType,
    bytes: file.bytes,
    sha256: file.sha256,
  }));
}
