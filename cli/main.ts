#!/usr/bin/env node
import { readCliConfig } from '../runtime/config.ts';
import { environmentContext } from './command-context.ts';
import { createProgram, runProgram } from './command-line.ts';
import { helpFooter, OPERATOR_HELP } from './help-footer.ts';
import { addOperatorCommands } from './operator-commands.ts';

process.exit(
  await runProgram(process.argv.slice(2), () => {
    const context = environmentContext(readCliConfig());
    const program = createProgram(context.program, helpFooter(context.program, OPERATOR_HELP));
    addOperatorCommands(program, context);
    return program;
  }),
);
