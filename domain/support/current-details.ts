import type { WaitsFor } from '../work/provider-limits.ts';
import { counted } from '../texts/counted.ts';

/** The status of a running output, at the top of its page in Temporal UI. It is not encrypted: ids and figures only. */
export type OutputStatus = {
  readonly state: 'running' | 'stuck' | 'unknown' | 'stopping' | 'settling';
  readonly reservationId: string;
  readonly credits: number;
  /** The attempts at providers; several when the parts of a stage run side by side. */
  readonly attempts: readonly {
    readonly reference: string;
    readonly stage: string;
    readonly number: number;
    readonly provider: string;
    readonly providerJobId: string | null;
    readonly isUnknown: boolean;
  }[];
  /** Attempts that have not left for their provider. */
  readonly waiting: readonly { readonly reference: string; readonly waitsFor: WaitsFor }[];
  /** When the credits return by themselves. RFC 3339. */
  readonly returnBy: string;
};

/** The status as a table in Markdown. */
export function currentDetailsOf(status: OutputStatus): string {
  const { state, reservationId, credits, attempts, waiting, returnBy } = status;
  const rows: readonly (readonly [string, string])[] = [
    ['State', state],
    ['Reservation', `\`${reservationId}\``],
    ['Amount', counted(credits, 'credit')],
    ['Attempt', attempts.map(describeAttempt).join(', ') || 'none under way'],
    ['Provider job', attempts.map(({ providerJobId }) => providerJobId ?? 'not known').join(', ') || '–'],
    ...(waiting.length === 0 ? [] : [['Waits', waiting.map(describeWait).join(', ')] as const]),
    ['Deadline', returnBy],
    ['Next automatic action', nextActionOf(status)],
  ];
  return ['| | |', '|---|---|', ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join('\n');
}

const WAITS = {
  model: 'its model has failed lately, and is tried again by one job (holdfast models)',
  turn: 'as much is at its provider as may be (holdfast models)',
} as const satisfies Record<WaitsFor, string>;

function describeWait({ reference, waitsFor }: OutputStatus['waiting'][number]): string {
  return `\`${reference}\`: ${WAITS[waitsFor]}`;
}

function describeAttempt({
  reference,
  stage,
  number,
  provider,
  isUnknown,
}: OutputStatus['attempts'][number]) {
  const doubt = isUnknown ? ', outcome unknown' : '';
  return `${stage} ${String(number)} at ${provider}${doubt} (\`${reference}\`)`;
}

function nextActionOf({ state, returnBy }: OutputStatus): string {
  switch (state) {
    case 'running':
    case 'stuck':
      return `${returnBy}: what runs is stopped, and the credits return`;
    case 'unknown':
      return `${returnBy}: the credits return, unless support has resolved the attempt`;
    case 'stopping':
      return 'the credits return as soon as the provider has said what became of it, within 30 s';
    case 'settling':
      return 'it is charged or returned, again and again until that is done';
  }
}
