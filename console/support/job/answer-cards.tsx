import type { Inspection } from '../../../client/http/wire-types.ts';
import { Instant, zonedText } from '../../shared/parts/instant.tsx';
import { Money } from '../../shared/parts/money.tsx';

/** The three questions that support is asked, with the API's answers and the figures behind each. */
export function AnswerCards({ of }: { readonly of: Inspection }) {
  const { answers, job, outputs } = of;
  const { billing, counts } = job;
  const next = outputs.find((output) => output.next_automatic_action !== null)?.next_automatic_action ?? null;
  return (
    <section class="answers" aria-label="The three answers">
      <Answer
        question="Was it charged?"
        text={answers.charged}
        figures={[
          ['Quoted', <Money credits={billing.quoted} />],
          ['Reserved', <Money credits={billing.reserved} />],
          ['Charged', <Money credits={billing.committed} />],
          ['Returned', <Money credits={billing.returned} />],
          ['Refunded', <Money credits={billing.refunded} />],
        ]}
      />
      <Answer
        question="Is there an output?"
        text={answers.output}
        figures={[
          ['Delivered', `${String(counts.succeeded)} of ${String(counts.outputs)}`],
          ['Expected by', <Instant at={job.expected_by} as="zoned" />],
          ['Deadline', <Instant at={job.returned_automatically_by} as="zoned" />],
          ['Finished', job.finished_at === null ? '–' : <Instant at={job.finished_at} as="zoned" />],
        ]}
      />
      <Answer
        question="What did we try?"
        text={answers.tried}
        figures={[
          ['Model', of.model],
          ['Provider', of.provider],
          ['Attempts', of.attempts],
          ['Cost', of.provider_cost === null ? '–' : `$${of.provider_cost}`],
        ]}
      />
      <p class="next-action">
        <strong>Next, by itself:</strong>{' '}
        {next === null ? 'nothing, the job has ended.' : `at ${zonedText(next.at)}. ${next.detail}`}
      </p>
    </section>
  );
}

function Answer(props: {
  readonly question: string;
  readonly text: string;
  readonly figures: readonly (readonly [name: string, value: preact.ComponentChildren])[];
}) {
  return (
    <div class="card answer">
      <h2 class="answer-question">{props.question}</h2>
      <p class="answer-text cut">{props.text}</p>
      <dl class="figures">
        {props.figures.map(([name, value]) => (
          <div key={name} class="figure-line">
            <dt>{name}</dt>
            <dd class="number">{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
