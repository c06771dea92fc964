import { goTo, hrefTo } from '../../shared/router.tsx';
import { useKeys } from '../use-keys.ts';

/** The id of the search field that `/` focuses. */
export const FIND_FIELD = 'find-field';

/** `/` goes to Find, except while the reader types a text. */
export function useFindKey(): void {
  useKeys({
    '/': () => {
      const field = document.getElementById(FIND_FIELD);
      if (field === null) goTo(hrefTo(['find']));
      else field.focus();
    },
  });
}
