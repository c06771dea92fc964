import { useState } from 'preact/hooks';
import type { Inspection } from '../../../client/http/wire-types.ts';
import { Button } from '../../shared/parts/button.tsx';
import { sentenceOf } from '../../shared/parts/state-badge.tsx';
import { useKeptFocus } from '../use-kept-focus.ts';
import { JobCommandDialog, type PossibleCommand } from './job-command-dialog.tsx';

/** The commands that the server allows on the job. */
export function JobActions(props: { readonly of: Inspection; readonly onTold: () => void }) {
  const [opened, setOpened] = useState<PossibleCommand | null>(null);
  const { possible_commands: possible } = props.of;
  const group = useKeptFocus<HTMLDivElement>();
  return (
    <>
      {possible.length === 0 ? (
        <p class="muted small">Nothing is left to do: the job has ended, and no charge of it is open.</p>
      ) : (
        <div ref={group} class="actions" role="group" aria-label="Actions">
          {possible.map((one) => (
            <Button
              key={`${one.command} ${one.attempt ?? ''}`}
              look={one.command === 'release' ? 'danger' : 'plain'}
              onClick={() => setOpened(one)}
            >
              {nameOf(one, props.of)}
            </Button>
          ))}
        </div>
      )}
      {opened !== null && (
        <JobCommandDialog
          of={props.of}
          asked={opened}
          title={nameOf(opened, props.of)}
          onClose={() => setOpened(null)}
          onTold={props.onTold}
        />
      )}
    </>
  );
}

/** The command's name, with the attempt if it is possible on several. */
function nameOf({ command, attempt }: PossibleCommand, { possible_commands: possible }: Inspection): string {
  const isOneOfSome = possible.filter((one) => one.command === command).length > 1;
  return isOneOfSome && attempt !== null ? `${sentenceOf(command)} ${attempt}` : sentenceOf(command);
}
