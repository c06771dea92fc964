import path from 'node:path';
import type { DevConfig } from '../dev-config.ts';
import { abortOnSignal } from '../end-on-signal.ts';
import { CommandError, EXIT_CODE } from '../../cli/exit-codes.ts';
import { HomeInUseError, startStack } from '../stack/start-stack.ts';
import type { Stack } from '../stack/stack-handle.ts';
import { readRunningStack, type StackInfo } from '../stack/stack-info.ts';
import { printJson, printLine, printProgress } from '../../cli/terminal.ts';

/** `holdfast stack start`: brings the stack up and keeps it up until Ctrl-C. */
export async function stackStart(config: DevConfig, options: { readonly json: boolean }): Promise<void> {
  const ending = abortOnSignal();
  const startedAt = performance.now();
  printProgress('starting PostgreSQL, Temporal, the model service, the worker and the API …');
  const stack = await start(config, ending);
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

async function start(config: DevConfig, signal: AbortSignal): Promise<Stack> {
  try {
    return await startStack({
      home: config.home,
      external: config,
      cacheHome: config.cacheHome,
      signal,
      onNote: printProgress,
    });
  } catch (error) {
    if (signal.aborted) throw new CommandError('ended before it was up', EXIT_CODE.failed);
    if (!(error instanceof HomeInUseError)) throw error;
    const running = await readRunningStack(config.home);
    const where =
      running === null
        ? 'It is still coming up.'
        : `API ${running.api_url}${running.temporal_ui_url === null ? '' : `, Temporal UI ${running.temporal_ui_url}`}.`;
    const advice = 'Use that one, end it with Ctrl-C where it runs, or set HOLDFAST_HOME to another folder.';
    throw new CommandError(`${error.message}. ${where}\n${advice}`, EXIT_CODE.failed);
  }
}

function printWelcome(info: StackInfo, home: string, seconds: string): void {
  const brief = path.relative(
    process.cwd(),
    path.join(import.meta.dirname, '..', '..', 'examples', 'static-ad.json'),
  );
  printLine(`
Holdfast is up (${seconds} s).

  API            ${info.api_url}
  Temporal UI    ${info.temporal_ui_url ?? 'not known (set TEMPORAL_UI_URL)'}
  Model service  ${info.model_service_url}
  PostgreSQL     ${withoutPassword(info.database_url)}
  Kept in        ${home}   (logs/, keys.json, stack.json)

Make a static ad as the account "Local sandbox" (35 credits; the answer waits for its end):

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
