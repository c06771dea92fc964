import { useEffect, useState } from 'preact/hooks';
import type { Tone } from './state-badge.tsx';

type Toast = { readonly id: number; readonly text: string; readonly tone: Tone };

const EVENT = 'holdfast:toast';
const SHOWN_MS = 6_000;
const MAX_SHOWN = 3;

/** Shows a short message at the edge of the page, and has a screen reader say it. */
export function say(text: string, tone: Tone = 'good'): void {
  dispatchEvent(new CustomEvent(EVENT, { detail: { text, tone } }));
}

/** Shows the messages of `say`. Once per page. */
export function Toasts() {
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  useEffect(() => {
    let count = 0;
    const timers = new Set<ReturnType<typeof setTimeout>>();
    const show = (event: Event) => {
      const { text, tone } = (event as CustomEvent<Omit<Toast, 'id'>>).detail;
      const id = (count += 1);
      setToasts((shown) => [...shown, { id, text, tone }].slice(-MAX_SHOWN));
      const timer = setTimeout(() => {
        timers.delete(timer);
        setToasts((shown) => shown.filter((toast) => toast.id !== id));
      }, SHOWN_MS);
      timers.add(timer);
    };
    addEventListener(EVENT, show);
    return () => {
      removeEventListener(EVENT, show);
      for (const timer of timers) clearTimeout(timer);
    };
  }, []);
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.map(({ id, text, tone }) => (
        <p key={id} class={`toast toast-${tone}`}>
          {text}
        </p>
      ))}
    </div>
  );
}
