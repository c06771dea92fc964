import type { ModelHealth } from '../../contract/shapes/model-shapes.ts';
import type { CommandContext } from '../command-context.ts';
import { connectOperatorApi } from '../operator-api.ts';
import { secondOrDash, show, shown } from '../show/show.ts';
import { formatRecords } from '../show/terminal.ts';

/** `holdfast models`: each model's health, its circuit breaker, what runs and what waits. */
export async function modelsCommand(
  context: CommandContext,
  options: { readonly json: boolean },
): Promise<void> {
  const api = await connectOperatorApi(context);
  const { body } = await api.json<{ readonly data: readonly ModelHealth[] }>('/v1/models', {});
  show({ data: body.data }, options, () => linesOf(body.data));
}

function linesOf(models: readonly ModelHealth[]): string {
  const header = ['health', 'breaker', 'since', 'failures', 'in flight', 'waiting'];
  return formatRecords(
    header,
    models.flatMap((model) =>
      model.calls.map((call) => ({
        cells: [
          model.health,
          call.breaker,
          secondOrDash(call.opened_at),
          shown(call.failures),
          shown(call.in_flight),
          shown(call.waiting),
        ],
        below: [`${model.name}${model.offered ? '' : ' (not offered)'}: ${call.model} at ${call.provider}`],
      })),
    ),
  );
}
