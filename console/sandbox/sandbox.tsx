import { render } from 'preact';
import '../shared/style/all.css';
import './sandbox.css';
import { SandboxApp } from './sandbox-app.tsx';

const place = document.getElementById('app');

/** The token stays behind the `#`, so that the page may be loaded anew: it is this machine's, and ends with the stack. */
function show(): void {
  const [, token = null] = /^#token=([\w-]{1,100})$/.exec(location.hash) ?? [];
  if (place !== null) render(<SandboxApp key={token} token={token} />, place);
}

show();
addEventListener('hashchange', show);
