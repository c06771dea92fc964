import { randomInt } from 'node:crypto';
import fc from 'fast-check';

/**
 * Every run checks the same examples, so that a change lands or fails for what it changed. `PROPERTY_SEED=random` looks for new ones
 * (fast-check prints the seed of a failure; `PROPERTY_SEED=<that number>` runs it again): do so after a change of what is checked.
 */
const SEED = 20_261_128;

const wanted = process.env['PROPERTY_SEED'];
fc.configureGlobal({
  seed: wanted === 'random' ? randomInt(2 ** 31) : wanted === undefined ? SEED : Number(wanted),
});
