import { runCommandLine } from './command-line.ts';
import { readDevConfig } from './dev-config.ts';

process.exit(await runCommandLine(process.argv.slice(2), readDevConfig()));
