/** The commands that a job's state allows. A dry run decides, and says what the command would do. */

type CommandableOutput = {
  readonly id: string;
  readonly reservation: {
    readonly state: 'open' | 'committed' | 'released';
    readonly committed: number;
    readonly refunded: number;
  };
  readonly attempts: readonly { readonly reference: string; readonly state: string }[];
};

export const COMMAND_NAMES = ['extend', 'restart', 'release', 'refund', 'resolve'] as const;

/**
 * `attempt`: the reference of the attempt concerned; null: the whole job. `output_ids`: the outputs that the command can be
 * limited to, one at a time.
 */
type PossibleCommand = {
  readonly command: (typeof COMMAND_NAMES)[number];
  readonly attempt: string | null;
  readonly output_ids: readonly string[];
};

/** @param mayRun False: no workflow runs the job any more, so none can go on with it. */
export function possibleCommandsOf(
  outputs: readonly CommandableOutput[],
  mayRun: boolean,
): readonly PossibleCommand[] {
  const open = outputs.filter(({ reservation }) => reservation.state === 'open');
  const isAnyOpen = open.length > 0;
  const inState = (state: string) =>
    open.flatMap(({ attempts }) => attempts.filter((attempt) => attempt.state === state));
  const charged = outputs.filter(({ reservation }) => reservation.committed > reservation.refunded);
  return [
    ...(isAnyOpen && mayRun ? [whole('extend')] : []),
    ...(mayRun ? inState('accepted').map(({ reference }) => about('restart', reference)) : []),
    ...inState('unknown').map(({ reference }) => about('resolve', reference)),
    ...(isAnyOpen ? [whole('release')] : []),
    ...(charged.length > 0 ? [{ ...whole('refund'), output_ids: charged.map(({ id }) => id) }] : []),
  ];
}

const whole = (command: PossibleCommand['command']): PossibleCommand => ({
  command,
  attempt: null,
  output_ids: [],
});
const about = (command: PossibleCommand['command'], attempt: string): PossibleCommand => ({
  ...whole(command),
  attempt,
});
