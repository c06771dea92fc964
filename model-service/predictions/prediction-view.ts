import type { ResultLinks } from '../files/result-links.ts';
import { ruleOf, statusOf, type Prediction } from './prediction.ts';
import { productOf } from './products.ts';

type ViewContext = {
  readonly links: ResultLinks;
  readonly linkSeconds: number;
  readonly nowMs: number;
  /** The beginning of links: `http://host:port`. */
  readonly origin: string;
  readonly queuePosition: number | null;
};

/** Returns a prediction as the HTTP API shows it, with new links to its files. */
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
      cost: end?.isBilled === true ? productOf(order.input).price : '0',
    },
  };
}

function viewFiles(prediction: Prediction, context: ViewContext): readonly Record<string, unknown>[] {
  const { order, end } = prediction;
  const isBornExpired = ruleOf(order).expiresFirstLink && !prediction.hasFollowedExpiredLink;
  const expiresAtMs = context.nowMs + (isBornExpired ? 0 : context.linkSeconds * 1_000);
  return (end?.files ?? []).map((file, index) => ({
    url: `${context.origin}/files/${context.links.issue({ predictionId: order.id, index }, expiresAtMs)}`,
    content_type: file.contentType,
    bytes: file.bytes,
    sha256: file.sha256,
  }));
}
