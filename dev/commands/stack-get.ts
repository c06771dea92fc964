import { CommandError, EXIT_CODE } from '../../cli/exit-codes.ts';
import { printJson, printLine } from '../../cli/show/terminal.ts';
import type { DevConfig } from '../dev-config.ts';
import type { StackFact } from '../stack/stack-info.ts';
import { requireRunningStack } from '../stack-context.ts';

/** `holdfast stack get`: one value of stack.json, alone on stdout, for scripts. Exit code 3 when no stack is up. */
export async function stackGet(
  config: DevConfig,
  name: StackFact,
  { json }: { readonly json: boolean },
): Promise<void> {
  const value = (await requireRunningStack(config.home))[name];
  if (value === null)
    throw new CommandError(`${name} is not known: this stack has none of its own`, EXIT_CODE.failed);
  if (json) printJson(value);
  else printLine(value);
}
