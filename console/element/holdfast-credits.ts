import { ApiClient } from '../../client/http/api-client.ts';
import { Outputs } from '../../client/http/outputs.ts';
import type { AccountEvent, Balance } from '../../client/http/wire-types.ts';
import { LiveFeed } from '../shared/data/live-feed.ts';
import { creditsText } from '../shared/parts/money.tsx';
import css from './holdfast-credits.css';

/** What no event tells of (a grant by hand) is seen after this. */
const REFRESH_MS = 30_000;

/** One folder above this script, which the API serves; a page may say another in `api`. */
const { currentScript } = document;
const API_ADDRESS =
  currentScript instanceof HTMLScriptElement ? new URL('..', currentScript.src).href.replace(/\/$/, '') : '';

/**
 * `<holdfast-credits token="hf_portal_…">`: what is left of an account's credits, live, in a page of another origin (which ALLOWED_ORIGINS
 * names). The token is taken into memory and its attribute removed; a page may set the property `token` instead, for a new one too.
 * Without one, or when it has ended, it shows nothing and fires `holdfast-signed-out`.
 */
class HoldfastCredits extends HTMLElement {
  static readonly observedAttributes = ['token'];
  readonly #place = this.attachShadow({ mode: 'open' });
  readonly #available = document.createElement('strong');
  readonly #note = document.createElement('span');
  #token: string | null = null;
  #end: () => void = () => undefined;

  constructor() {
    super();
    const style = new CSSStyleSheet();
    style.replaceSync(css);
    this.#place.adoptedStyleSheets = [style];
  }

  set token(token: string | null) {
    this.#token = token;
    if (this.isConnected) this.#begin();
  }

  attributeChangedCallback(_name: string, _before: string | null, token: string | null): void {
    if (token === null) return;
    this.removeAttribute('token');
    this.token = token;
  }

  connectedCallback(): void {
    this.#begin();
  }

  disconnectedCallback(): void {
    this.#end();
  }

  #begin(): void {
    this.#end();
    const token = this.#token;
    if (token === null) {
      this.#signOut();
      return;
    }
    const options = { apiKey: token, baseUrl: this.getAttribute('api') ?? API_ADDRESS };
    const client = new ApiClient(
      { ...options, retry: { retries: 0 } },
      (transport) => new Outputs(transport),
    );
    const feed = new LiveFeed<AccountEvent>((after, call) =>
      client.events({ ...call, ...(after === undefined ? {} : { after }) }),
    );
    const read = () => {
      // What cannot be read now is read again soon; the last figure stays.
      client.balance().then(
        (balance) => this.#show(balance),
        () => undefined,
      );
    };
    const stopListening = feed.listen((news) => {
      if (news.is !== 'event' || news.event.type !== 'job.progress') read();
    });
    const stopWatching = feed.watchState(() => {
      this.#place.host.toggleAttribute('away', feed.state === 'away');
      if (feed.state === 'ended') this.#signOut();
    });
    const ticking = setInterval(read, REFRESH_MS);
    read();
    this.#end = () => {
      feed.stop();
      stopListening();
      stopWatching();
      clearInterval(ticking);
      this.#end = () => undefined;
    };
  }

  #show({ available, reserved }: Balance): void {
    this.#available.textContent = creditsText(available);
    this.#note.textContent = reserved > 0 ? `credits · ${creditsText(reserved)} reserved` : 'credits';
    this.#place.replaceChildren(this.#available, ' ', this.#note);
  }

  #signOut(): void {
    this.#end();
    this.#token = null;
    this.#place.replaceChildren();
    this.dispatchEvent(new CustomEvent('holdfast-signed-out', { bubbles: true }));
  }
}

if (customElements.get('holdfast-credits') === undefined) {
  customElements.define('holdfast-credits', HoldfastCredits);
}
