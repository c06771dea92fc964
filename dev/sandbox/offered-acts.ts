import type { ActName, FaultName, OfferedAct } from '../../console/sandbox/sandbox-wire.ts';
import { FAULT_NAMES, START_NAMES } from '../../console/sandbox/sandbox-wire.ts';
import type { ChildName } from '../stack/stack-info.ts';
import { secondsText, type SandboxSettings } from './sandbox-settings.ts';

/** The process that a fault strikes. */
const CHILD_OF: Partial<Record<ActName, ChildName>> = {
  kill_worker: 'worker',
  freeze_models: 'model_service',
  freeze_database: 'postgres',
} satisfies Partial<Record<FaultName, ChildName>>;

/** Returns the acts of a stack, in the words of the page and the terminal. `why_not`: why this stack cannot do one. */
export function offeredActs(
  settings: SandboxSettings,
  owns: (child: ChildName) => boolean,
): readonly OfferedAct[] {
  const texts = textsOf(secondsText(settings.freezeMs));
  return [...START_NAMES, ...FAULT_NAMES].map((name) => {
    const child = CHILD_OF[name];
    const why_not =
      child === undefined || owns(child)
        ? null
        : 'It runs outside of this stack, which strikes only what it has started.';
    return { name, ...texts[name], why_not };
  });
}

function textsOf(freeze: string): Readonly<Record<ActName, { title: string; promise: string }>> {
  return {
    start_pictures: {
      title: 'Start three pictures',
      promise: 'Two are delivered after some five seconds, one fails while it is made.',
    },
    start_film: {
      title: 'Start a film',
      promise: 'Fifteen seconds long, made in stages: half a minute of work.',
    },
    kill_worker: {
      title: 'Kill the worker',
      promise:
        'The process that runs the jobs dies at once. They wait; another takes over within seconds and goes on where they stood. None is submitted twice.',
    },
    freeze_models: {
      title: `Freeze the model service for ${freeze}`,
      promise:
        'It stands still like a machine that hangs. Its jobs are asked for until it responds again, and what it made is charged once.',
    },
    freeze_database: {
      title: `Freeze PostgreSQL for ${freeze}`,
      promise:
        'Nothing can be reserved, charged or returned meanwhile, and this page stands still too. Then all of it goes on, and nothing is lost.',
    },
    terminate_workflow: {
      title: 'Terminate a workflow',
      promise:
        'A job’s workflow ends as by the button of Temporal UI: none of our code runs. The reconciler finds it within some ten seconds and returns the credits.',
    },
    lose_webhook: {
      title: 'Lose a webhook',
      promise:
        'The model service’s word that a job is done is lost on its way. Holdfast asks by itself, after at most as long again as the job ran, and charges once.',
    },
  };
}
