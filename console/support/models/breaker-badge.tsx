import type { ModelHealth } from '../../../client/http/wire-types.ts';
import { Badge } from '../../shared/parts/state-badge.tsx';

type Breaker = ModelHealth['calls'][number]['breaker'];

/** Whether jobs are sent to a model service. */
export function breakerBadge(breaker: Breaker) {
  if (breaker === 'closed') return <Badge tone="good">Works</Badge>;
  return breaker === 'open' ? <Badge tone="bad">Paused</Badge> : <Badge tone="warning">Being tried</Badge>;
}
