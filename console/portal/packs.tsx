import type { Catalogue } from '../../client/http/wire-types.ts';
import { Money } from '../shared/parts/money.tsx';
import { sentenceOf } from '../shared/parts/state-badge.tsx';
import { buysText } from './credits/balance-card.tsx';
import { useVisit } from './portal-context.tsx';

/** How credits are added, with the packs on offer and what each buys. `missing`: packs of fewer credits are marked. */
export function Packs({ missing = 0 }: { readonly missing?: number }) {
  const { catalogue } = useVisit();
  if (catalogue.packs.length === 0) return <p>Add credits where you manage your account.</p>;
  return (
    <>
      <p>A pack adds credits. Choose one where you manage your account:</p>
      <ul class="packs">
        {catalogue.packs.map((pack) => (
          <PackLine key={pack.name} pack={pack} isEnough={pack.credits >= missing} />
        ))}
      </ul>
    </>
  );
}

function PackLine(props: { readonly pack: Catalogue['packs'][number]; readonly isEnough: boolean }) {
  const { pack, isEnough } = props;
  return (
    <li class="pack">
      <span>
        <strong>{sentenceOf(pack.name)}</strong>
        {!isEnough && <span class="muted small"> not enough for this</span>}
        <br />
        <span class="muted small">{buysText(pack.buys)}</span>
      </span>
      <Money credits={pack.credits} isNamed />
    </li>
  );
}
