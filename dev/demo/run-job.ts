import type { Job } from '../../contract/shapes/job-shapes.ts';
import type { JobBody } from './demo-api.ts';
import type { DemoScene } from './demo-step.ts';
import { followJob, type JobEvent } from './follow-job.ts';

/** Progress is said in steps of a quarter, or a video would fill the screen. */
const SAID_FRACTION = 0.25;
const DEFAULT_LIMIT_MS = 60_000;

/** The same work without its own ceiling: the demo cites a quote, and a request may name only one of the two. */
export function withoutCeiling(body: JobBody): JobBody {
  return Object.fromEntries(Object.entries(body).filter(([name]) => name !== 'max_credits'));
}

/** Follows a job to its end, saying what happens, and returns it as it ended. */
export async function followToEnd(
  scene: DemoScene,
  job: Job,
  options: {
    readonly account?: string;
    readonly label?: string;
    readonly limitMs?: number;
    /** Called with each event once it is said: the place to interfere. */
    readonly onEvent?: (event: JobEvent) => Promise<void>;
  } = {},
): Promise<Job> {
  const account = options.account ?? scene.account;
  const label = options.label === undefined ? '' : `${options.label}: `;
  let saidFraction = 0;
  for await (const event of followJob(scene.api, account, job.id, options.limitMs ?? DEFAULT_LIMIT_MS)) {
    const fraction = typeof event.data['fraction'] === 'number' ? event.data['fraction'] : null;
    const isWorthSaying =
      event.type !== 'job.progress' || (fraction !== null && fraction >= saidFraction + SAID_FRACTION);
    if (isWorthSaying) {
      saidFraction = fraction ?? saidFraction;
      scene.say(`   ${label}${describe(event, fraction)}`);
    }
    await options.onEvent?.(event);
  }
  return scene.api.job(account, job.id);
}

function describe(event: JobEvent, fraction: number | null): string {
  const word = event.type.replace(/^job\./, '').replace(/^credits\./, 'credits ');
  const stage = typeof event.data['stage'] === 'string' ? ` ${event.data['stage']}` : '';
  return fraction === null ? `${word}${stage}` : `${word}${stage} ${String(Math.round(fraction * 100))} %`;
}
