import { useEffect, useState } from 'preact/hooks';
import type { Preview } from '../../../client/http/wire-types.ts';
import { tellIfRefused } from '../../shared/data/problem-words.ts';
import { ErrorNotice, Loading, Notice } from '../../shared/parts/notice.tsx';

type Previewed = { readonly asked: string; readonly data: Preview | null; readonly error: unknown };

const TYPING_MS = 150;

/**
 * The server's preview of an action. It is read again when the arguments change, and by `askAgain`; a preview of other
 * arguments is never returned. `load` is null while the arguments are incomplete.
 */
export function usePreview(asked: string, load: ((signal: AbortSignal) => Promise<Preview>) | null) {
  const [previewed, setPreviewed] = useState<Previewed>({ asked: '', data: null, error: null });
  const [times, setTimes] = useState(0);
  useEffect(() => {
    if (load === null) return;
    const asking = new AbortController();
    const timer = setTimeout(() => {
      load(asking.signal).then(
        (data) => {
          if (!asking.signal.aborted) setPreviewed({ asked, data, error: null });
        },
        (error: unknown) => {
          if (asking.signal.aborted) return;
          tellIfRefused(error);
          setPreviewed({ asked, data: null, error });
        },
      );
    }, TYPING_MS);
    return () => {
      clearTimeout(timer);
      asking.abort();
    };
  }, [asked, load === null, times]);
  const isAnswer = previewed.asked === asked && load !== null;
  return {
    data: isAnswer ? previewed.data : null,
    error: isAnswer ? previewed.error : null,
    askAgain: () => setTimes((before) => before + 1),
  };
}

/** What the action will do according to the server, or why it would be refused. */
export function PreviewedEffect(props: {
  readonly of: Omit<Previewed, 'asked'> & { readonly askAgain: () => void };
  /** The arguments are incomplete, so there is no preview. */
  readonly isIncomplete: boolean;
}) {
  const { data, error, askAgain } = props.of;
  if (props.isIncomplete) return <p class="muted small">Fill in the fields above to see what this does.</p>;
  return (
    <div class="preview" role="status">
      {data === null && error === null && <Loading label="What this does" lines={2} />}
      {error !== null && <ErrorNotice error={error} onRetry={askAgain} isRead />}
      {data?.possible === true && (
        <Notice tone="active" title="What this does">
          <ul class="would">
            {data.would.map((effect) => (
              <li key={effect}>
                <span class="cut">{effect}</span>
              </li>
            ))}
          </ul>
        </Notice>
      )}
      {data?.possible === false && (
        <Notice tone="warning" title="This would be refused">
          <p>{data.detail}</p>
        </Notice>
      )}
    </div>
  );
}
