import { Command, type ErrorOptions } from 'commander';

/** commander's error code for a missing argument. */
const INCOMPLETE: ReadonlySet<string | undefined> = new Set([
  'commander.missingArgument',
  'commander.missingMandatoryOptionValue',
]);

/** The options that others require, in words: `--reason <text>`. */
type Needs<Options> = (options: Partial<Options>) => readonly string[];

/** A command that reports everything that is missing at once; commander reports one thing at a time. */
export class CliCommand extends Command {
  #needs: () => readonly string[] = () => [];
  #unnamed: CliCommand | undefined;

  /** The command that is meant where none is named: of `grant`, `give`. */
  get unnamed(): CliCommand | undefined {
    return this.#unnamed;
  }

  addUnnamed(name: string): CliCommand {
    this.#unnamed = this.command(name, { isDefault: true });
    return this.#unnamed;
  }

  override createCommand(name?: string): CliCommand {
    return new CliCommand(name);
  }

  /** Adds requirements beside arguments and mandatory options. */
  needing<Options>(needs: Needs<Options>): this {
    this.#needs = () => needs(this.opts<Partial<Options>>());
    return this.hook('preAction', () => {
      if (this.#missing().length > 0) this.error('', { code: 'commander.missingMandatoryOptionValue' });
    });
  }

  override error(message: string, options?: ErrorOptions): never {
    const isIncomplete = INCOMPLETE.has(options?.code);
    return super.error(isIncomplete ? `error: missing ${this.#missing().join(', ')}` : message, options);
  }

  #missing(): readonly string[] {
    const missingArguments = this.registeredArguments
      .filter((argument, index) => argument.required && this.args[index] === undefined)
      .map((argument) => `<${argument.name()}>`);
    const missingOptions = this.options
      .filter((option) => option.mandatory && this.getOptionValue(option.attributeName()) === undefined)
      .map((option) => option.flags);
    return [...missingArguments, ...missingOptions, ...this.#needs()];
  }
}
