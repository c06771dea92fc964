import { once } from 'node:events';
import type { Server } from 'node:net';
import { StartFault } from '../domain/start-fault.ts';

/** Listens at an address, or throws StartFault with the settings that name it. */
export async function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
  settings: string,
): Promise<void> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartFault(
      `Cannot listen at ${host}:${String(port)}: ${reason}. ` +
        `End the process that listens there, or set ${settings} to an address of this machine that is free.`,
    );
  }
}
