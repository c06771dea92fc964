import { useMemo, useState } from 'preact/hooks';
import { LiveParts } from '../shared/data/live-parts.tsx';
import { Button } from '../shared/parts/button.tsx';
import { Empty, Loading } from '../shared/parts/notice.tsx';
import { PageHead, Shell } from '../shared/parts/shell.tsx';
import { say } from '../shared/parts/toasts.tsx';
import { ActLog } from './act-log.tsx';
import { FaultCards } from './fault-cards.tsx';
import { LedgerColumn } from './ledger-column.tsx';
import { RunningJobs } from './running-jobs.tsx';
import { SandboxControl } from './sandbox-control.ts';
import { TOKEN_HEADER, type ActName, type SandboxState } from './sandbox-wire.ts';
import { useAccount } from './use-account.ts';
import { useSandboxState } from './use-sandbox-state.ts';
import { Verdict } from './verdict.tsx';

const NAME = 'Holdfast sandbox';

/**
 * The sandbox page of an embedded stack: faults at the top, below them ledger, jobs and acts, the verdict always in
 * view.
 */
export function SandboxApp({ token }: { readonly token: string | null }) {
  if (token === null) {
    return (
      <Bare title="The address is not whole">
        Open the one that the terminal printed: it ends with a token.
      </Bare>
    );
  }
  return <OpenSandbox token={token} />;
}

function Bare(props: { readonly title: string; readonly children: string }) {
  return (
    <Shell name={NAME} items={[]} current="">
      <Empty isPage title={props.title}>
        {props.children}
      </Empty>
    </Shell>
  );
}

function OpenSandbox({ token }: { readonly token: string }) {
  const control = useMemo(() => new SandboxControl(token), [token]);
  const { state, trouble, look } = useSandboxState(control);
  if (state === null) {
    if (trouble !== null) {
      const title = trouble.is === 'refused' ? 'This is the address of another stack' : 'Not reached yet';
      return <Bare title={title}>{trouble.detail}</Bare>;
    }
    return (
      <Shell name={NAME} items={[]} current="">
        <Loading label="The sandbox" lines={6} />
      </Shell>
    );
  }
  return (
    <AccountInSandbox
      key={state.account.id}
      token={token}
      control={control}
      state={state}
      away={trouble?.detail ?? null}
      look={look}
    />
  );
}

type AccountProps = {
  readonly token: string;
  readonly control: SandboxControl;
  readonly state: SandboxState;
  /** Why the state may be old; null: it is current. */
  readonly away: string | null;
  readonly look: () => void;
};

/** Reads the account through the stack's server, which has its key. The page has only the sandbox's token. */
function AccountInSandbox({ token, ...rest }: AccountProps) {
  const auth = useMemo(() => ({ apiKey: null, headers: { [TOKEN_HEADER]: token } }), [token]);
  return (
    <LiveParts auth={auth}>
      <SandboxPage {...rest} />
    </LiveParts>
  );
}

function SandboxPage({ control, state, away, look }: Omit<AccountProps, 'token'>) {
  const [asked, setAsked] = useState<ActName | 'account' | null>(null);
  const account = useAccount();
  const ask = (name: ActName | 'account') => {
    setAsked(name);
    const asking = name === 'account' ? control.renewAccount() : control.begin(name);
    asking.then(look, (error: unknown) => say(wordsOf(error), 'bad')).finally(() => setAsked(null));
  };
  return (
    <Shell
      name={NAME}
      items={[]}
      current=""
      banner={
        <Verdict
          openedWith={state.account.opened_with}
          balance={account.balance}
          check={state.ledger_check}
        />
      }
      aside={
        <Button isSmall isBusy={asked === 'account'} onClick={() => ask('account')}>
          New account
        </Button>
      }
    >
      <PageHead title="Break it, and count the credits">
        <p class="muted">
          Each button strikes a part of this stack while jobs run. Whatever dies, the ledger comes out right.
        </p>
        <div role="status" aria-live="polite">
          {away !== null && <p class="away">{away} What you see is how it stood last.</p>}
        </div>
      </PageHead>
      <FaultCards state={state} asked={asked} onAsk={ask} />
      <div class="columns">
        <LedgerColumn account={account} />
        <RunningJobs account={account} state={state} asked={asked} onAsk={ask} />
        <ActLog acts={state.acts} />
      </div>
    </Shell>
  );
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
