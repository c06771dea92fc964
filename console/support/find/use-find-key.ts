import { goTo, hrefTo } from '../../shared/router.tsx';
import { useKeys } from '../use-keys.ts';

/** The id of the field that `/` goes to. */
export const FIND_FIELD = 'find-field';

/** `/` goes to Find from everywhere but from where text is typed. */
export function useFindKey(): void {
  useKeys({
    '/': () => {
      const field = document.getElementById(FIND_FIELD);
      if (field === null) goTo(hrefTo(['find']));
      else field.focus();
    },
  });
}
