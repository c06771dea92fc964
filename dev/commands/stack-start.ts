import path from 'node:path';
import type { DevConfig } from '../dev-config.ts';
import { abortOnSignal } from '../end-on-signal.ts';
import type { StackInfo } from '../stack/stack-info.ts';
import { startHomeStack } from '../start-home-stack.ts';
import { temporalJobsUrl } from '../temporal-jobs-url.ts';
import { printJson, printLine, printProgress } from '../../cli/show/terminal.ts';

/** `holdfast stack start`: brings the stack up and keeps it up until Ctrl-C. */
export async function stackStart(config: DevConfig, options: { readonly json: boolean }): Promise<void> {
  const ending = abortOnSignal();
  const startedAt = performance.now();
  printProgress('starting PostgreSQL, Temporal, the model service, the worker and the API …');
  const stack = await startHomeStack(config, { signal: ending, onNote: printProgress });
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  if (options.json) printJson(stack.info());
  else printWelcome(stack.info(), config.home, seconds);
  if (!ending.aborted) {
    await new Promise((resolve) => {
      ending.addEventListener('abort', resolve, { once: true });
    });
  }
  printProgress('ending: API, worker, model service, Temporal, PostgreSQL …');
  await stack.stop();
  printProgress('ended; everything is kept in ' + config.home);
}

function printWelcome(info: StackInfo, home: string, seconds: string): void {
  const brief = path.relative(
    process.cwd(),
    path.join(import.meta.dirname, '..', '..', 'examples', 'jobs', 'static-ad.json'),
  );
  printLine(`
Holdfast is up (${seconds} s).

  API            ${info.api_url}
  Temporal UI    ${info.temporal_ui_url ?? 'not known (set TEMPORAL_UI_URL)'}
  … its jobs     ${temporalJobsUrl(info) ?? 'not known'}
  Model service  ${info.model_service_url}
  PostgreSQL     ${withoutPassword(info.database_url)}
  Account        ${info.account_id} ("Local sandbox")
  Kept in        ${home}   (logs/, keys.json, stack.json)

Make a static ad as that account (35 credits; the response comes with its end):

  curl -sS ${info.api_url}/v1/jobs \\
    -H "Authorization: Bearer ${info.account_key}" \\
    -H "Idempotency-Key: first-$(date +%s)" \\
    -H "Prefer: wait=30" \\
    -H "Content-Type: application/json" \\
    --data @${brief}

See its balance:

  curl -sS ${info.api_url}/v1/balance -H "Authorization: Bearer ${info.account_key}"

Ctrl-C ends everything; what it holds is there again at the next start.`);
}

function withoutPassword(url: string): string {
  const shown = new URL(url);
  shown.password = '';
  return shown.href;
}
