import type { Mutant } from './run-mutant.ts';
import { LEDGER_MUTANTS } from './ledger-mutants.ts';
import { POLICY_MUTANTS } from './policy-mutants.ts';

/** Every fault that the suite is known to see. A new rule brings its own. */
export const MUTANTS: readonly Mutant[] = [...LEDGER_MUTANTS, ...POLICY_MUTANTS];
