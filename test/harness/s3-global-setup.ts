import type { TestProject } from 'vitest/node';
import { readDevConfig } from '../../dev/dev-config.ts';
import { locateS3Server, NO_S3_SERVER } from '../s3-server/locate-s3-server.ts';
import './provided-context.ts';
import { shareService } from './shared-service.ts';

/** Called by vitest for each project that names this file; the result is called at the end. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { facts, release } = await shareService('s3', findProgram);
  project.provide('s3Program', facts.program);
  return release;
}

async function findProgram() {
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const program = await locateS3Server(readDevConfig().cacheHome, say);
  if (program === null) say(`SKIPPED: ${NO_S3_SERVER}`);
  return { facts: { program }, stop: () => Promise.resolve() };
}
