import { wordsOf } from '../shared/data/problem-words.ts';
import type { Resource } from '../shared/data/use-resource.ts';
import { Button } from '../shared/parts/button.tsx';
import { Notice } from '../shared/parts/notice.tsx';

/** Says that the data could not be read again, while that is so. */
export function Stale<Data>(props: { readonly of: Pick<Resource<Data>, 'data' | 'error' | 'reload'> }) {
  const { data, error, reload } = props.of;
  if (data === null || error === null) return null;
  const { title, detail } = wordsOf(error);
  return (
    <div role="status">
      <Notice
        tone="warning"
        title={`${title}. What you see may be old; this page reads it again by itself.`}
        actions={
          <Button isSmall onClick={reload}>
            Try now
          </Button>
        }
      >
        <p class="muted">{detail}</p>
      </Notice>
    </div>
  );
}
