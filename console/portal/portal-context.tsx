import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Catalogue, CurrentPortalSession } from '../../client/http/wire-types.ts';

/** Whose page it is, what it may do, and what is offered. Read once per visit. */
export type Visit = { readonly session: CurrentPortalSession; readonly catalogue: Catalogue };

export const VisitParts = createContext<Visit | null>(null);

/** Throws outside of a signed-in page. */
export function useVisit(): Visit {
  const visit = useContext(VisitParts);
  if (visit === null) throw new Error('this part is shown outside of a visit');
  return visit;
}
