import { Button } from '../shared/parts/button.tsx';
import { FAULT_NAMES, type ActName, type OfferedAct, type SandboxState } from './sandbox-wire.ts';

type Asking = {
  readonly state: SandboxState;
  /** The act that was clicked and has not begun; null: none. */
  readonly asked: string | null;
  readonly onAsk: (name: ActName) => void;
};

const isFault = (name: ActName) => FAULT_NAMES.some((fault) => fault === name);

/** A card for each fault: what it does, and the button that causes it. One fault at a time. */
export function FaultCards({ state, asked, onAsk }: Asking) {
  const current =
    state.acts.find(({ name, state: is }) => is === 'under_way' && isFault(name))?.name ?? asked;
  return (
    <section aria-label="Faults">
      <ul class="faults">
        {state.offered
          .filter(({ name }) => isFault(name))
          .map((fault) => (
            <FaultCard
              key={fault.name}
              fault={fault}
              isBusy={current === fault.name}
              isBlocked={current !== null && current !== fault.name}
              onAsk={onAsk}
            />
          ))}
      </ul>
    </section>
  );
}

function FaultCard(props: {
  readonly fault: OfferedAct;
  readonly isBusy: boolean;
  readonly isBlocked: boolean;
  readonly onAsk: (name: ActName) => void;
}) {
  const { fault, isBusy, isBlocked } = props;
  const [verb = fault.title] = fault.title.split(' ');
  return (
    <li class={isBusy ? 'card fault fault-busy' : 'card fault'}>
      <h2 class="fault-title">{fault.title}</h2>
      <p class="fault-promise">{fault.why_not ?? fault.promise}</p>
      <Button
        look="danger"
        isSmall
        class="fault-button"
        label={fault.title}
        isBusy={isBusy}
        isDisabled={isBlocked || fault.why_not !== null}
        onClick={() => props.onAsk(fault.name)}
      >
        {verb}
      </Button>
    </li>
  );
}
