import { say } from '../shared/parts/toasts.tsx';

/** An id that a click copies. */
export function IdText({ id }: { readonly id: string }) {
  const copy = () => {
    copyText(id).then(
      () => say('Copied.'),
      () => say('The browser does not let this page copy.', 'warning'),
    );
  };
  return (
    <button type="button" class="id-text mono" title={`Copy ${id}`} onClick={copy}>
      {id}
    </button>
  );
}

/** Browsers offer the clipboard only over HTTPS and on localhost. */
async function copyText(text: string): Promise<void> {
  if (!('clipboard' in navigator)) throw new Error('no clipboard');
  await navigator.clipboard.writeText(text);
}
