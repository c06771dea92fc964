#!/usr/bin/env node
import { readCliConfig } from '../runtime/settings/config.ts';
import { environmentContext } from './command-context.ts';
import { createProgram, runProgram } from './program/command-line.ts';
import { helpFooter, OPERATOR_HELP } from './program/help-footer.ts';
import { addOperatorCommands } from './program/operator-commands.ts';

process.exit(
  await runProgram(process.argv.slice(2), () => {
    const context = environmentContext(readCliConfig());
    const program = createProgram(context.program, helpFooter(context.program, OPERATOR_HELP));
    addOperatorCommands(program, context);
    return program;
  }),
);
