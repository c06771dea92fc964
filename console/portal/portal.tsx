import { render } from 'preact';
import '../shared/style/all.css';
import './portal.css';
import { PortalApp } from './portal-app.tsx';
import { takeToken } from './take-token.ts';

const place = document.getElementById('app');
let token = takeToken();

function show(): void {
  // A new token renders a new page: nothing of the last session stays.
  if (place !== null) render(<PortalApp key={token} token={token} />, place);
}

show();
addEventListener('hashchange', () => {
  const next = takeToken();
  if (next === null) return;
  token = next;
  show();
});
