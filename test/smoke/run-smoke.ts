import { setTimeout as sleep } from 'node:timers/promises';
import type { RunCost } from '../../activities/providers/provider.ts';
import type { ModelServiceSecrets } from '../../runtime/settings/config.ts';
import { startFakeService } from '../providers/contract/fake-service.ts';
import { differencesOf, type ShapeDifference } from './answer-shape.ts';
import { startRecordingProxy, type SeenAnswer } from './recording-proxy.ts';
import type { SmokeService } from './smoke-services.ts';

/** A run that was canceled at once ends well within this. */
const END_WITHIN_MS = 120_000;

type SmokeRun = {
  /** The steps and their results, a line each. */
  readonly lines: readonly string[];
  readonly hasEnded: boolean;
  readonly seen: readonly SeenAnswer[];
};

type SmokeReport = SmokeRun & { readonly differences: readonly ShapeDifference[] };

/**
 * Submits the cheapest run there is, cancels it at once and follows it to its end; then does the same at the fake of the service, and
 * compares what the responses were made of. Where the post is the run, it is let to its end: a reset would leave nothing to compare.
 */
export async function runSmoke(
  service: SmokeService,
  url: string,
  secrets: ModelServiceSecrets,
): Promise<SmokeReport> {
  const live = await runThrough(service, url, secrets);
  const fake = await startFakeService(service.dialect);
  try {
    const known = await runThrough(service, `${fake.url}${new URL(url).pathname}`, secrets);
    return { ...live, differences: differencesOf(live.seen, known.seen) };
  } finally {
    await fake.close();
  }
}

async function runThrough(
  service: SmokeService,
  url: string,
  secrets: ModelServiceSecrets,
): Promise<SmokeRun> {
  const proxy = await startRecordingProxy(url);
  try {
    return { ...(await runOnce(service, `${proxy.url}${new URL(url).pathname}`, secrets)), seen: proxy.seen };
  } finally {
    await proxy.close();
  }
}

async function runOnce(
  service: SmokeService,
  baseUrl: string,
  secrets: ModelServiceSecrets,
): Promise<Omit<SmokeRun, 'seen'>> {
  const provider = service.createProvider(baseUrl, secrets);
  const signal = AbortSignal.timeout(END_WITHIN_MS);
  const reference = `att_smoke_${String(Date.now())}_0_render_1`;
  const submission = { ...service.submission, reference, deadlineSeconds: 60, webhookUrl: null };
  const submitted = await provider.submit(submission, () => Promise.resolve(true), signal);
  const lines = [`submit: ${submitted.outcome}`];
  if (submitted.outcome === 'ended')
    return { lines: [...lines, `end: ${submitted.end.state}`, costLine(submitted.end)], hasEnded: true };
  if (submitted.outcome === 'rejected') lines.push(`why: ${submitted.errorClass}`);
  if (submitted.outcome !== 'accepted') return { lines, hasEnded: false };
  const { providerJobId } = submitted;
  lines.push(`cancel: ${await provider.cancel(providerJobId, signal)}`);
  const states = new Set<string>();
  while (!signal.aborted) {
    const poll = await provider.poll(providerJobId, signal);
    states.add(poll.state);
    if ('billed' in poll)
      return { lines: [...lines, `states: ${[...states].join(', ')}`, costLine(poll)], hasEnded: true };
    await sleep(poll.retryAfterMs);
  }
  return { lines: [...lines, `states: ${[...states].join(', ')}; it has not ended`], hasEnded: false };
}

function costLine({ billed, cost, seconds = null, units = null }: RunCost): string {
  const said = [
    ...(cost === null ? [] : [`$${cost}`]),
    ...(seconds === null ? [] : [`${seconds} s`]),
    ...(units === null ? [] : [`${units} units`]),
  ];
  return `billed: ${billed}${said.length === 0 ? '; how much it does not say' : `; ${said.join(', ')}`}`;
}
