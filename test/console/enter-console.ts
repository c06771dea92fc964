import { inject } from 'vitest';
import '../harness/provided-context.ts';
import type { ConsoleAddresses, ConsoleParts } from './start-console.ts';

/** The stack and the browser that all files of the tier share. `stop` leaves them to the others. Throws what kept them from starting. */
export async function enterConsole(program: string): Promise<ConsoleParts> {
  const door = inject('consoleDoor');
  const response = await fetch(`${door}/?program=${encodeURIComponent(program)}`);
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  // As the door (console-door.ts) writes it.
  const addresses = JSON.parse(text) as ConsoleAddresses;
  return {
    ...addresses,
    stop: async () => {
      await fetch(door);
    },
  };
}
