import { useState } from 'preact/hooks';
import { codeOf } from '../shared/data/problem-words.ts';
import { Button } from '../shared/parts/button.tsx';
import { Field } from '../shared/parts/field.tsx';
import { ErrorNotice, Notice } from '../shared/parts/notice.tsx';
import { PageHead } from '../shared/parts/shell.tsx';
import { signIn, type Session } from './session.ts';

/** Sign-in with a key, which opens the session, and a name, which is recorded with every action in it. */
export function SignInPage(props: {
  readonly isOver: boolean;
  readonly onSignedIn: (session: Session) => void;
}) {
  const [key, setKey] = useState('');
  const [actor, setActor] = useState('');
  const [isTried, setIsTried] = useState(false);
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  // Without a key the network names the person, whatever is written here.
  const isNameless = textOf(key) !== null && textOf(actor) === null;
  const send = async () => {
    setIsTried(true);
    if (isNameless || isBusy) return;
    setIsBusy(true);
    setError(null);
    try {
      props.onSignedIn(await signIn(textOf(key), textOf(actor)));
    } catch (failed) {
      setError(failed);
      setIsBusy(false);
    }
  };
  return (
    <div class="sign-in">
      <PageHead title="Sign in to support" />
      {props.isOver && <Notice tone="warning" title="Your session has ended. Sign in again." />}
      <form
        class="card stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <Field
          label="Your name"
          hint="Recorded with everything that you do."
          fault={isTried && isNameless ? 'Say who you are.' : null}
        >
          {(control) => (
            <input
              {...control}
              class="input"
              name="actor"
              autocomplete="name"
              maxLength={100}
              value={actor}
              onInput={(event) => setActor(event.currentTarget.value)}
            />
          )}
        </Field>
        <Field
          label="Platform key"
          hint="One with the scope “support”. If your network signs you in, leave both fields empty."
        >
          {(control) => (
            <input
              {...control}
              class="input mono"
              name="key"
              type="password"
              autocomplete="off"
              spellcheck={false}
              value={key}
              onInput={(event) => setKey(event.currentTarget.value)}
            />
          )}
        </Field>
        {error !== null && <SignInFault error={error} hasKey={textOf(key) !== null} />}
        <Button type="submit" look="primary" isBusy={isBusy}>
          Sign in
        </Button>
      </form>
    </div>
  );
}

const textOf = (field: string) => (field.trim() === '' ? null : field.trim());

/** The fault of a wrong key in plain words; any other error in the API's words. */
function SignInFault({ error, hasKey }: { readonly error: unknown; readonly hasKey: boolean }) {
  const code = codeOf(error);
  if (code !== 'unauthenticated' && code !== 'forbidden' && code !== 'rate_limited') {
    return <ErrorNotice error={error} />;
  }
  return (
    <div role="alert">
      {code === 'rate_limited' ? (
        <Notice tone="bad" title="Too many sign-ins from your network">
          <p>Nothing was checked. Wait a minute, then sign in again.</p>
        </Notice>
      ) : code === 'unauthenticated' && !hasKey ? (
        <Notice tone="bad" title="Your network does not sign you in">
          <p>Sign in with a platform key and your name.</p>
        </Notice>
      ) : code === 'unauthenticated' ? (
        <Notice tone="bad" title="This key is not valid">
          <p>Check that it is whole, and that it has not been revoked.</p>
        </Notice>
      ) : (
        <Notice tone="bad" title="This key may not open the console">
          <p>It has to be a platform key with the scope support. A customer’s key cannot be used here.</p>
        </Notice>
      )}
    </div>
  );
}
