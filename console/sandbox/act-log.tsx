import { exactText } from '../shared/parts/instant.tsx';
import { creditsText } from '../shared/parts/money.tsx';
import { Empty } from '../shared/parts/notice.tsx';
import { Section } from '../shared/parts/shell.tsx';
import { Badge, type Tone } from '../shared/parts/state-badge.tsx';
import type { Act, ActOutcome } from './sandbox-wire.ts';
import { timeText } from './time-text.ts';
import { counted } from '../../domain/texts/counted.ts';

const STATES: Readonly<Record<Act['state'], { readonly tone: Tone; readonly text: string }>> = {
  under_way: { tone: 'active', text: 'Under way' },
  settling: { tone: 'active', text: 'Jobs go on' },
  done: { tone: 'good', text: 'Came out right' },
  failed: { tone: 'bad', text: 'Did not come out' },
};

/** The acts and their outcomes, newest first. */
export function ActLog({ acts }: { readonly acts: readonly Act[] }) {
  return (
    <Section title="What came of it" class="column column-log">
      {acts.length === 0 ? (
        <Empty title="Nothing was struck yet">Choose a fault above: what it does is told here.</Empty>
      ) : (
        <div role="log" aria-label="What was done, newest first" tabIndex={0} class="acts-frame">
          <ol class="acts">
            {acts.map((act) => (
              <li key={act.id} class="card act">
                <span class="act-head">
                  <h3>{act.title}</h3>
                  <time class="muted small" dateTime={act.at} title={exactText(act.at)}>
                    {timeText(act.at)}
                  </time>
                </span>
                <ul class="act-lines">
                  {act.lines.map((line) => (
                    <li key={line}>{line}</li>
                  ))}
                  {act.outcome !== null && <li>{outcomeText(act.outcome)}</li>}
                </ul>
                <Badge tone={STATES[act.state].tone}>{STATES[act.state].text}</Badge>
              </li>
            ))}
          </ol>
        </div>
      )}
    </Section>
  );
}

/** `3 jobs: 2 delivered, 1 failed. 70 credits charged, 35 returned, each submitted once.` */
function outcomeText(outcome: ActOutcome): string {
  const { jobs, delivered, failed, charged, returned, submitted_twice: twice, open } = outcome;
  const ends = [
    delivered > 0 && `${String(delivered)} delivered`,
    failed > 0 && `${String(failed)} failed`,
    open > 0 && `${String(open)} not ended`,
  ].filter((text) => text !== false);
  const money = `${counted(charged, 'credit')} charged, ${creditsText(returned)} returned`;
  const submitted = twice === 0 ? 'each submitted once' : `${String(twice)} submitted twice`;
  return `${counted(jobs, 'job')}: ${ends.join(', ')}. ${money}, ${submitted}.`;
}
