import path from 'node:path';
import type { DevConfig } from '../dev-config.ts';
import { abortOnSignal } from '../end-on-signal.ts';
import { HoldfastClient } from '../../client/http/http-client.ts';
import { PORTAL_RIGHTS } from '../../domain/portal-rights.ts';
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
  else printWelcome(stack.info(), config, seconds, await portalUrlOf(stack.info()));
  if (!ending.aborted) {
    await new Promise((resolve) => {
      ending.addEventListener('abort', resolve, { once: true });
    });
  }
  printProgress('ending: API, worker, model service, Temporal, PostgreSQL …');
  await stack.stop();
  printProgress('ended; everything is kept in ' + config.home);
}

function printWelcome(
  info: StackInfo,
  { home, cataloguePath }: DevConfig,
  seconds: string,
  portalUrl: string,
): void {
  printLine(`
Holdfast is up (${seconds} s).

  API            ${info.api_url}
  Temporal UI    ${info.temporal_ui_url ?? 'not known (set TEMPORAL_UI_URL)'}
  … its jobs     ${temporalJobsUrl(info) ?? 'not known'}
  Model service  ${info.model_service_url}
  PostgreSQL     ${withoutPassword(info.database_url)}
  Account        ${info.account_id} ("Local sandbox")
  Kept in        ${home}   (logs/, keys.json, stack.json)

${cataloguePath === null ? firstJobText(info) : offerText(info)}

See its balance:

  curl -sS ${info.api_url}/v1/balance -H "Authorization: Bearer ${info.account_key}"

Its page, as the customer sees it, for a day:

  ${portalUrl}

Support's, with the key that ./holdfast stack get platform_key prints:

  ${info.api_url}/console
${cataloguePath === null ? sandboxText(info) : ''}
Ctrl-C ends everything; what it holds is there again at the next start.`);
}

function firstJobText(info: StackInfo): string {
  const brief = path.relative(
    process.cwd(),
    path.join(import.meta.dirname, '..', '..', 'examples', 'jobs', 'static-ad.json'),
  );
  return `Make a static ad as that account (35 credits; the response comes with its end):

  curl -sS ${info.api_url}/v1/jobs \\
    -H "Authorization: Bearer ${info.account_key}" \\
    -H "Idempotency-Key: first-$(date +%s)" \\
    -H "Prefer: wait=30" \\
    -H "Content-Type: application/json" \\
    --data @${brief}`;
}

/** Of another catalogue than the shipped one, whose kinds the first job and the sandbox page are of. */
function offerText(info: StackInfo): string {
  return `See what your catalogue offers that account, with a JSON Schema for each kind of job:

  curl -sS ${info.api_url}/v1/catalogue -H "Authorization: Bearer ${info.account_key}"`;
}

/** Empty: there is no sandbox. */
function sandboxText({ sandbox_url: url }: StackInfo): string {
  return url === null ? '' : `\nBreak it, and watch every credit come out right:\n\n  ${url}\n`;
}

/** The page of the account, opened by the platform as a backend would. */
async function portalUrlOf(info: StackInfo): Promise<string> {
  const { api_url: baseUrl, platform_key: apiKey, account_id: account } = info;
  const client = new HoldfastClient({ baseUrl, apiKey, account });
  const session = await client.portalSessions.create({ can: PORTAL_RIGHTS, expires_in_seconds: 86_400 });
  return session.url;
}

function withoutPassword(url: string): string {
  const shown = new URL(url);
  shown.password = '';
  return shown.href;
}
