import { loadCatalogue } from '../../../catalogue/load-catalogue.ts';

/** A process that loads a catalogue at its top level, as API and worker do, and prints its kinds: `load-in-process.ts <file> <limit in ms>`. */

const [file = null, limitMs] = process.argv.slice(2);
const { kinds } = await loadCatalogue(file, { limitMs: Number(limitMs) });
process.stdout.write(`${kinds.map(({ name }) => name).join(' ')}\n`);
