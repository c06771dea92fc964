import type { DevConfig } from '../dev-config.ts';
import { CommandError, EXIT_CODE } from '../../cli/exit-codes.ts';
import { CHILD_NAMES, readRunningStack, type StackInfo } from '../stack/stack-info.ts';
import { fields } from '../../cli/show/show.ts';
import { formatTable, printJson, printLine } from '../../cli/show/terminal.ts';

const HEALTH_TIMEOUT_MS = 3_000;

/** `holdfast stack status`: what runs, and whether the API responds. Exit code 3 when no stack is up. */
export async function stackStatus(config: DevConfig, options: { readonly json: boolean }): Promise<void> {
  const info = await readRunningStack(config.home);
  if (info === null) {
    if (options.json) printJson({ running: false, home: config.home });
    throw new CommandError(
      `no stack is running in ${config.home}; start one with: npm start`,
      EXIT_CODE.notRunning,
    );
  }
  const isReady = await reportsReady(info);
  // Keys stay in keys.json, and the sandbox's token in stack.json: a status gets pasted into chats.
  const {
    platform_key: _platform,
    account_key: _account,
    database_owner_url: _owner,
    database_url: _url,
    sandbox_url: _sandbox,
    ...shown
  } = info;
  if (options.json) printJson({ running: true, ready: isReady, home: config.home, ...shown });
  else {
    printLine(`Running in ${config.home}; the API ${isReady ? 'is ready' : 'is NOT ready'}.\n`);
    const rows = CHILD_NAMES.map((name) => [name, String(info.pids[name] ?? 'down or external')]);
    printLine(formatTable(['process', 'pid'], rows));
    printLine(
      `\n${fields([
        ['API', info.api_url],
        ['Temporal UI', info.temporal_ui_url],
        ['Account', `${info.account_id} (Local sandbox)`],
      ])}`,
    );
  }
  if (!isReady) throw new CommandError('the API is not ready', EXIT_CODE.failed);
}

async function reportsReady(info: StackInfo): Promise<boolean> {
  try {
    const response = await fetch(`${info.api_url}/readyz`, {
      signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS),
    });
    return response.ok;
  } catch {
    return false;
  }
}
