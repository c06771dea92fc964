import { StartFault } from '../../domain/start-fault.ts';
import { migrate } from '../../ledger/migrate.ts';
import { describeDatabaseFault } from '../describe-database-fault.ts';
import { createLogger } from '../logger.ts';
import { readMigrateConfig } from '../settings/config.ts';
import { showStartFaults } from '../show-start-faults.ts';

/** The one-shot process that brings the database to the newest schema, before an API or a worker of it starts. */
showStartFaults();
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
} catch (error) {
  const fault = describeDatabaseFault(error, { setting: 'DATABASE_OWNER_URL', url: config.ownerUrl });
  throw new StartFault(`The migration failed; the schema is as it was. ${fault}`);
}
log.info('the schema is up to date');
