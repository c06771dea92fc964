import { readModelServiceSecrets } from '../../runtime/settings/config.ts';
import { smokeCommand } from './smoke-command.ts';

/** `npm run smoke -- <service>`: a run at the real service, which costs next to nothing. */
process.exitCode = await smokeCommand(process.argv.slice(2), readModelServiceSecrets(), (line) => {
  process.stdout.write(`${line}\n`);
});
