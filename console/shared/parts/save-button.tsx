import { useState } from 'preact/hooks';
import type { ApiCall } from '../../../client/http/transport.ts';
import { usePageParts } from '../data/page-context.ts';
import { wordsOf } from '../data/problem-words.ts';
import { Button, type ButtonLook } from './button.tsx';
import { saveFile } from './save-file.ts';
import { say } from './toasts.tsx';

/** Saves the response of a call as a file, or says why that failed. */
export function SaveButton(props: {
  readonly call: ApiCall;
  readonly fileName: string;
  readonly look?: ButtonLook;
  readonly isSmall?: boolean;
  readonly children: string;
}) {
  const { call, fileName, look = 'plain', isSmall = false } = props;
  const { client } = usePageParts();
  const [isBusy, setIsBusy] = useState(false);
  const save = async () => {
    setIsBusy(true);
    try {
      const response = await client.open(call);
      saveFile(await response.blob(), fileName);
    } catch (error) {
      say(wordsOf(error).detail, 'bad');
    }
    setIsBusy(false);
  };
  return (
    <Button look={look} isSmall={isSmall} isBusy={isBusy} onClick={() => void save()}>
      {props.children}
    </Button>
  );
}
