import { StartFault } from '../../domain/start-fault.ts';

/** One variable that is missing or wrong, and what it should be. */
export type ConfigurationFault = { readonly name: string; readonly fault: string; readonly doc: string };

/** The environment does not say what a process needs. The message names every variable at fault. */
export class ConfigurationError extends StartFault {
  override readonly name = 'ConfigurationError';
  readonly code = 'configuration_invalid';
  readonly faults: readonly ConfigurationFault[];

  constructor(faults: readonly ConfigurationFault[]) {
    super(
      [
        'The configuration is not valid:',
        ...faults.map((f) => `  ${f.name} ${f.fault}. Set it to: ${f.doc}`),
      ].join('\n'),
    );
    this.faults = faults;
  }
}
