import { useEffect } from 'preact/hooks';
import { goTo, hrefTo } from '../../shared/router.tsx';

/** The id of the field that `/` goes to. */
export const FIND_FIELD = 'find-field';

/** `/` goes to Find from everywhere but from where text is typed. */
export function useFindKey(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { target } = event;
      const isTyping =
        target instanceof Element && target.closest('input, textarea, select, dialog[open]') !== null;
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isTyping) return;
      event.preventDefault();
      const field = document.getElementById(FIND_FIELD);
      if (field === null) goTo(hrefTo(['find']));
      else field.focus();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}
