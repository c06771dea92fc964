import { migrate } from '../../ledger/migrate.ts';
import { readMigrateConfig } from '../settings/config.ts';
import { createLogger } from '../logger.ts';

/** The one-shot process that brings the database to the newest schema, before an API or a worker of it starts. */
const config = readMigrateConfig();
const log = createLogger({ name: 'migrate', level: config.logLevel });
try {
  await migrate({
    ownerUrl: config.ownerUrl,
    apiPassword: config.apiPassword,
    workerPassword: config.workerPassword,
    log: (line) => {
      log.info(line);
    },
  });
  log.info('the schema is up to date');
} catch (error) {
  log.fatal({ err: error }, 'the migration failed; the schema is as it was');
  process.exitCode = 1;
}
