import { StartFault } from '../domain/start-fault.ts';

/** A fault in a catalogue: where, as a path from its top, and what. */
export type CatalogueFault = { readonly path: string; readonly fault: string };

/** A catalogue with faults, on which a process does not start. The message names every fault by its path. */
export class CatalogueError extends StartFault {
  override readonly name = 'CatalogueError';
  readonly faults: readonly CatalogueFault[];

  constructor(faults: readonly CatalogueFault[], source = 'the catalogue') {
    const count = faults.length === 1 ? 'a fault' : `${String(faults.length)} faults`;
    const lines = faults.map(({ path, fault }) => `  ${path === '' ? '' : `${path}: `}${fault}`);
    super([`${source} has ${count}, and nothing was started:`, ...lines].join('\n'));
    this.faults = faults;
  }
}
