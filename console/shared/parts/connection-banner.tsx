import { useEffect, useState } from 'preact/hooks';
import { useFeedState, usePageParts } from '../data/page-context.ts';
import { Button } from './button.tsx';

/** The API ends streams now and then. One that reopens within this time is not reported. */
const PATIENCE_MS = 900;

/** Says that the page is not live, while that is so. */
export function ConnectionBanner() {
  const state = useFeedState();
  const { feed } = usePageParts();
  const [isAway, setIsAway] = useState(false);
  useEffect(() => {
    if (state !== 'away') {
      setIsAway(false);
      return;
    }
    const timer = setTimeout(() => setIsAway(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [state]);
  return (
    <div class="banner-place" role="status" aria-live="polite">
      {isAway && (
        <div class="banner">
          <span>Holdfast cannot be reached. What you see may be old; this page reconnects by itself.</span>
          <Button isSmall onClick={() => feed?.tryNow()}>
            Try now
          </Button>
        </div>
      )}
    </div>
  );
}
