import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Catalogue, CurrentPortalSession } from '../../client/http/wire-types.ts';

/** The session with its rights, and the catalogue. Both are read once per visit. */
type Visit = { readonly session: CurrentPortalSession; readonly catalogue: Catalogue };

export const VisitParts = createContext<Visit | null>(null);

/** Throws outside of a signed-in page. */
export function useVisit(): Visit {
  const visit = useContext(VisitParts);
  if (visit === null) throw new Error('useVisit was called outside of a signed-in page');
  return visit;
}
