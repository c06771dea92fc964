import { fitLines } from '../show/fit-line.ts';

/** Text on the left, what it is or does on the right. */
type HelpLine = readonly [left: string, right: string];

/** The end of `--help`, under headings. */
export type HelpSections = {
  /** Commands without the program's name. */
  readonly examples: readonly HelpLine[];
  readonly environment: readonly HelpLine[];
};

/** Of the operators' commands, wherever they run. */
export const OPERATOR_HELP: HelpSections = {
  examples: [
    ['reconcile', 'does every credit add up? (exit code 1 when not)'],
    ['reconcile --json | jq .ok', 'for a script: --json is on every command but completion'],
    ['grant --help', 'every command explains itself, with an example'],
    ['job submit --help', 'a job, from a file; job watch and job download follow'],
    ['job --help', 'what else can be done about a job'],
    ['repairs', 'what the reconciler could not settle by itself'],
    ['models', 'which model is failing, what runs there, what waits'],
    ['trigger job.failed', 'an event in the sandbox, by what it comes from'],
  ],
  environment: [
    ['HOLDFAST_API_URL', 'the API that most commands call, and with it'],
    ['HOLDFAST_PLATFORM_KEY', 'a platform key of that API'],
    ['DATABASE_URL', 'PostgreSQL, for reconcile, costs import and key create'],
    ['HOLDFAST_ACTOR', 'who is on record (default: the user of the process)'],
  ],
};

const EXIT_CODES: readonly HelpLine[] = [
  ['0', 'done; for reconcile: nothing found'],
  ['1', 'something failed; for reconcile: findings; for a job that was waited for: nothing delivered'],
  ['2', 'the command was not understood, or a setting is missing'],
  ['3', 'no stack is running, and this command needs one'],
];

export function helpFooter(program: string, { examples, environment }: HelpSections): string {
  return [
    '',
    'Examples:',
    ...columns(examples.map(([command, does]) => [`$ ${program} ${command}`, does])),
    '',
    'Environment:',
    ...columns(environment),
    '',
    'Exit codes:',
    ...columns(EXIT_CODES),
  ].join('\n');
}

function columns(lines: readonly HelpLine[]): readonly string[] {
  const width = Math.max(...lines.map(([left]) => left.length));
  const indent = width + 4;
  return lines.map(([left, right]) => `  ${left.padEnd(width)}  ${fitLines(right, indent)}`);
}
