import { falBillingOf, namedTargets, userName, type CommandContext } from '../cli/command-context.ts';
import { CommandError, EXIT_CODE } from '../cli/exit-codes.ts';
import type { DevConfig } from './dev-config.ts';
import { readRunningStack, type StackInfo } from './stack/stack-info.ts';

/** The context of a checkout's command line: what the environment names, or else the running stack. */
export function stackContext(config: DevConfig): CommandContext {
  const { home, commands } = config;
  return {
    program: './holdfast',
    actor: commands.actor ?? userName(),
    now: Date.now,
    whenApiIsAway: 'See ./holdfast stack status, then send the same again.',
    api: async () => {
      const { api } = namedTargets(commands);
      if (api !== null) return api;
      const { api_url, platform_key } = await requireRunningStack(
        home,
        'HOLDFAST_API_URL and HOLDFAST_PLATFORM_KEY',
      );
      return { url: api_url, key: platform_key };
    },
    databaseUrl: async () =>
      namedTargets(commands).databaseUrl ?? (await requireRunningStack(home, 'DATABASE_URL')).database_url,
    falBilling: () => falBillingOf(commands),
  };
}

/** The running stack of a home. Throws, with exit code 3, a CommandError that says how to start one, or what to set in its place. */
export async function requireRunningStack(home: string, instead?: string): Promise<StackInfo> {
  const stack = await readRunningStack(home);
  if (stack !== null) return stack;
  const or = instead === undefined ? '' : `, or set ${instead}`;
  throw new CommandError(
    `no stack is running in ${home}; start one with npm start${or}`,
    EXIT_CODE.notRunning,
  );
}
