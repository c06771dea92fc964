import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { SandboxRefused, type SandboxControl } from './sandbox-control.ts';
import type { SandboxState } from './sandbox-wire.ts';

const LOOK_EVERY_MS = 500;

type Seen = {
  /** The last state that was read; null: none yet. */
  readonly state: SandboxState | null;
  /** Why the last read failed: the server's words, or that it cannot be reached; null: it did not. */
  readonly trouble: { readonly is: 'refused' | 'away'; readonly detail: string } | null;
};

/** The sandbox's state, read every 500 ms; `look` reads it at once. */
export function useSandboxState(control: SandboxControl): Seen & { readonly look: () => void } {
  const [seen, setSeen] = useState<Seen>({ state: null, trouble: null });
  const lookNow = useRef<() => void>(() => undefined);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    const look = async () => {
      clearTimeout(timer);
      try {
        const state = await control.state();
        if (!isOver) setSeen({ state, trouble: null });
      } catch (error) {
        if (!isOver) setSeen((before) => ({ state: before.state, trouble: troubleOf(error) }));
      }
      clearTimeout(timer);
      if (!isOver) timer = setTimeout(() => void look(), LOOK_EVERY_MS);
    };
    lookNow.current = () => void look();
    void look();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [control]);
  const look = useCallback(() => lookNow.current(), []);
  return { ...seen, look };
}

function troubleOf(error: unknown): Seen['trouble'] {
  if (error instanceof SandboxRefused && error.status === 401)
    return { is: 'refused', detail: 'Open the address that the terminal printed last.' };
  if (error instanceof SandboxRefused) return { is: 'away', detail: error.message };
  return { is: 'away', detail: 'The stack has ended, or it cannot be reached.' };
}
