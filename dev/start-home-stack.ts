import { CommandError, EXIT_CODE } from '../cli/exit-codes.ts';
import type { DevConfig } from './dev-config.ts';
import type { Progress } from './progress.ts';
import { DEFAULT_SANDBOX_SETTINGS } from './sandbox/sandbox-settings.ts';
import { HomeInUseError, startStack } from './stack/start-stack.ts';
import type { Stack } from './stack/stack-handle.ts';
import { readRunningStack } from './stack/stack-info.ts';

/** Starts the stack of a command's home. A failure is thrown as a CommandError: a sentence, not a stack trace. */
export async function startHomeStack(
  config: DevConfig,
  options: { readonly signal: AbortSignal; readonly onNote: Progress },
): Promise<Stack> {
  const { home, cacheHome, cataloguePath, apiEnv, workerEnv } = config;
  try {
    const sandbox = config.isProduction ? undefined : DEFAULT_SANDBOX_SETTINGS;
    const services = { apiEnv, workerEnv };
    return await startStack({
      ...{ home, cacheHome, cataloguePath, external: config, sandbox },
      ...services,
      ...options,
    });
  } catch (error) {
    if (options.signal.aborted) throw new CommandError('ended before the stack was up', EXIT_CODE.failed);
    if (error instanceof HomeInUseError) throw await homeInUse(error, home);
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandError(`The stack did not come up: ${why}`, EXIT_CODE.failed);
  }
}

async function homeInUse(error: HomeInUseError, home: string): Promise<CommandError> {
  const running = await readRunningStack(home);
  const where =
    running === null
      ? 'It is still coming up.'
      : `API ${running.api_url}${running.temporal_ui_url === null ? '' : `, Temporal UI ${running.temporal_ui_url}`}.`;
  const advice = 'Use that one, end it with Ctrl-C where it runs, or set HOLDFAST_HOME to another folder.';
  return new CommandError(`${error.message}. ${where}\n${advice}`, EXIT_CODE.failed);
}
