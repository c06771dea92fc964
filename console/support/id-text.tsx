import { say } from '../shared/parts/toasts.tsx';

/** An id, which a click copies: support pastes them all day. */
export function IdText({ id }: { readonly id: string }) {
  const copy = () => {
    copyText(id).then(
      () => say('Copied.'),
      () => say('The browser does not let this page copy.', 'warning'),
    );
  };
  return (
    <button type="button" class="id-text mono" title="Copy" onClick={copy}>
      {id}
    </button>
  );
}

/** Browsers have a clipboard for pages that came over HTTPS, or from this machine. */
async function copyText(text: string): Promise<void> {
  if (!('clipboard' in navigator)) throw new Error('no clipboard');
  await navigator.clipboard.writeText(text);
}
