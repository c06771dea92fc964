/** In the page: keeps each shown figure of the available credits with its time. */
export const WATCH_AVAILABLE = `(() => {
  window.shown = [];
  const look = () => {
    const credits = Number(document.querySelector('[data-testid=available]')?.textContent.replace(/\\D/g, ''));
    if (window.shown.at(-1)?.credits !== credits) window.shown.push({ credits, at: Date.now() });
  };
  look();
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
})()`;
