/** Unusable outputs: what a customer reports, what support decides, and what each is told (docs/credits.md). */

export const REVIEW_CATEGORIES = ['broken', 'wrong_product', 'vague_brief', 'beyond_model', 'other'] as const;
export type ReviewCategory = (typeof REVIEW_CATEGORIES)[number];

export const REVIEW_DECISIONS = ['refund', 'free_retry', 'deny'] as const;
export type ReviewDecision = (typeof REVIEW_DECISIONS)[number];

/** `open` again after a free retry that delivered nothing. */
export const REVIEW_STATES = ['open', 'decided'] as const;
export type ReviewState = (typeof REVIEW_STATES)[number];

/** The longest note, in code points. */
export const MAX_REVIEW_NOTE = 1_000;

/**
 * Per account, against abuse. A reviewer needs about two minutes per report, so twenty are most of an hour. An account
 * with more broken outputs has one problem, not twenty.
 */
export const REVIEW_REPORTS_PER_DAY = 20;

/** Per output: the report, an objection to a denial, and a last one. */
export const REVIEW_REPORTS_OF_OUTPUT = 3;

/** The advice that the customer gets at once, whatever is decided later. */
const ADVICE: Readonly<Record<ReviewCategory, string>> = {
  broken:
    'We look at the output. If it is broken, its credits come back or the job runs again at no charge. Nothing else is needed from you.',
  wrong_product:
    'Give the exact picture of the product, logo or packaging as a reference (reference asset URLs): a model that is shown it gets the details right. We look at this output meanwhile.',
  vague_brief:
    'Tighten the prompt first: say what must be seen, what it must say and what must not appear. Credits do not come back for a brief that left this open.',
  beyond_model:
    'Use a safer workflow: fewer things at once, no small print and no exact likeness in the picture itself, an edit of a good result in place of a new one. Credits do not come back for what a model cannot do.',
  other: 'We look at the output and at your note, and answer here.',
};

/** The answer of a category. */
export function adviceOf(category: ReviewCategory): string {
  return ADVICE[category];
}

/** rev_, the output's own part, and the number of its review (written by jobs.open_review). */
const REVIEW = /^rev_[a-z2-7]{26}_(0|[1-9][0-9]{0,2})_[1-9][0-9]{0,2}$/;

export function isReviewId(text: string): boolean {
  return REVIEW.test(text);
}
