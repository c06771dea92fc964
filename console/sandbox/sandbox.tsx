import { render } from 'preact';
import '../shared/style/all.css';
import './sandbox.css';
import { SandboxApp } from './sandbox-app.tsx';

const place = document.getElementById('app');

/**
 * The token stays in the fragment so that the page can be reloaded. It is valid on this machine only, until the stack
 * ends.
 */
function show(): void {
  const [, token = null] = /^#token=([\w-]{1,100})$/.exec(location.hash) ?? [];
  if (place !== null) render(<SandboxApp key={token} token={token} />, place);
}

show();
addEventListener('hashchange', show);
