import { mkdir } from 'node:fs/promises';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { TEMPORAL_CLI_VERSION } from './temporal-version.ts';

/** `tsx download-main.ts <folder>`: has the SDK fetch the server into the folder, proving that it starts. */
const folder = process.argv[2];
if (folder === undefined) throw new Error('usage: download-main.ts <folder>');
await mkdir(folder, { recursive: true });
const environment = await TestWorkflowEnvironment.createLocal({
  server: {
    executable: { type: 'cached-download', version: `v${TEMPORAL_CLI_VERSION}`, downloadDir: folder },
    ui: false,
  },
});
await environment.teardown();
