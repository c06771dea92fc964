import { runProgram } from '../cli/program/command-line.ts';
import { createDevProgram } from './dev-commands.ts';
import { readDevConfig } from './dev-config.ts';

process.exit(await runProgram(process.argv.slice(2), () => createDevProgram(readDevConfig())));
