import { assertNever } from '../assert-never.ts';
import { day, minute } from './effect-words.ts';
import { counted } from '../texts/counted.ts';

/** Describes what a command would do, from a run in PostgreSQL that was rolled back. */

/** Credits that moved between two buckets of a grant; from `outside`: into a new grant. */
export type PreviewedMove = {
  readonly credits: number;
  readonly from: string;
  readonly to: string;
  /** The grant's source: sign_up, plan, … */
  readonly source: string;
  /** Null: the grant does not end. */
  readonly expires_at: string | null;
};

export type PreviewedEffect = {
  readonly moves: readonly PreviewedMove[];
  /** The state of the job afterwards. */
  readonly job_state: string;
  /** What stays reserved for the outputs concerned. */
  readonly reserved: number;
  /** Attempts that were under way before it. */
  readonly live: number;
  /** The attempt concerned. */
  readonly about: { readonly number: number; readonly provider: string } | null;
  /** The return_by afterwards. */
  readonly return_by?: string;
  readonly output_ids?: readonly string[];
};

type Command =
  | { readonly command: 'release' | 'refund' | 'extend' | 'restart' }
  | { readonly command: 'resolve'; readonly outcome: 'ran' | 'did_not_run' };

/** One sentence per effect, each with a verb in the third person. */
export function describeEffect(command: Command, effect: PreviewedEffect): readonly string[] {
  const { reserved, return_by: returnBy = '' } = effect;
  switch (command.command) {
    case 'release':
      return [
        ...describeMoves(effect.moves),
        ...(effect.live === 0
          ? []
          : [`stops ${counted(effect.live, 'attempt')} that ${effect.live === 1 ? 'is' : 'are'} under way`]),
        `ends ${counted(effect.output_ids?.length ?? 0, 'output')}; the job then counts as ${effect.job_state.replaceAll('_', ' ')}`,
      ];
    case 'refund':
      return describeMoves(effect.moves);
    case 'extend':
      return [
        `lets ${counted(effect.output_ids?.length ?? 0, 'output')} run until ${minute(returnBy)}, with ${counted(reserved, 'credit')} reserved until then`,
      ];
    case 'restart':
      return [
        `replaces ${attemptOf(effect)}: a result that still comes of it is kept, and never charged`,
        `makes a new attempt under the same reservation of ${counted(reserved, 'credit')}`,
        `returns them at ${minute(returnBy)} if nothing is delivered by then`,
      ];
    case 'resolve':
      return command.outcome === 'did_not_run'
        ? [
            `counts ${attemptOf(effect)} as not run, and never charges a result that still comes of it`,
            `lets the job make another attempt if the model allows one, and otherwise return its ${counted(reserved, 'credit')}`,
          ]
        : [
            `asks the provider for ${attemptOf(effect)}, and does nothing if it is not known there`,
            `follows it to its end, and charges ${counted(reserved, 'credit')} for what it delivers`,
          ];
    default:
      return assertNever(command);
  }
}

/** One sentence per grant and way. */
export function describeMoves(moves: readonly PreviewedMove[]): readonly string[] {
  return moves.flatMap((move) => {
    const credits = counted(move.credits, 'credit');
    const grant = `${move.source.replace('_', '-')} grant`;
    switch (move.to) {
      case 'available':
        return move.from === 'outside'
          ? [`returns ${credits} as a new ${grant}, ${endOf(move)}`]
          : [`returns ${credits} to the ${grant}, ${endOf(move)}`];
      case 'expired':
        // Credits that pass through available were returned in the sentence before.
        return [`lets ${credits} of the ${grant} expire, which ended ${day(move.expires_at)}`];
      case 'voided':
        return [`adds ${credits} to what was voided of the ${grant}: they cannot be spent`];
      default:
        return [];
    }
  });
}

function endOf({ expires_at: expiresAt }: PreviewedMove): string {
  return expiresAt === null ? 'which does not end' : `which ends ${day(expiresAt)}`;
}

function attemptOf({ about: attempt }: PreviewedEffect): string {
  return attempt === null ? 'the attempt' : `attempt ${String(attempt.number)} at ${attempt.provider}`;
}
