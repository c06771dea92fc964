import { ApiClient } from '../../client/http/api-client.ts';
import { Outputs } from '../../client/http/outputs.ts';
import type { AccountEvent, Balance } from '../../client/http/wire-types.ts';
import { LiveFeed } from '../shared/data/live-feed.ts';
import { codeOf } from '../shared/data/problem-words.ts';
import { mayMoveCredits } from '../shared/data/may-move-credits.ts';
import { isPortalToken } from '../shared/data/portal-token.ts';
import { creditsText } from '../shared/parts/money.tsx';
import css from './holdfast-credits.css';

/** Interval between reads of the balance, for changes that have no event (a grant by hand). */
const REFRESH_MS = 30_000;

/** The API's address: the folder above this script, which the API serves. A page may set another in `api`. */
const { currentScript } = document;
const API_ADDRESS =
  currentScript instanceof HTMLScriptElement ? new URL('..', currentScript.src).href.replace(/\/$/, '') : '';

/**
 * `<holdfast-credits token="hf_portal_…">` shows an account's available credits, live, in a page of another origin
 * (listed in ALLOWED_ORIGINS). The token is moved from the attribute into memory; a page may set the property `token`
 * instead, also to renew it. Without a token, or when its session has ended, the element shows nothing and fires
 * `holdfast-signed-out`.
 */
class HoldfastCredits extends HTMLElement {
  static readonly observedAttributes = ['token'];
  readonly #frame = document.createElement('div');
  readonly #available = document.createElement('strong');
  readonly #note = document.createElement('span');
  #token: string | null = null;
  #balance: Balance | null = null;
  #isAway = false;
  /** Stops following the balance; null: nothing is followed. */
  #end: (() => void) | null = null;

  constructor() {
    super();
    const style = new CSSStyleSheet();
    style.replaceSync(css);
    const place = this.attachShadow({ mode: 'open' });
    place.adoptedStyleSheets = [style];
    this.#frame.className = 'frame';
    this.#frame.hidden = true;
    this.#frame.append(this.#available, ' ', this.#note);
    place.append(this.#frame);
    // A page may have set it before this script defined the element: as a plain property, which would hide the setter.
    const early = Object.getOwnPropertyDescriptor(this, 'token');
    if (early !== undefined) {
      delete (this as { token?: unknown }).token;
      this.token = typeof early.value === 'string' ? early.value : null;
    }
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
    // On an upgrade the attribute's callback comes first and has begun already.
    if (this.#end === null) this.#begin();
  }

  disconnectedCallback(): void {
    this.#end?.();
  }

  #begin(): void {
    this.#end?.();
    const token = this.#token;
    if (token === null || !isPortalToken(token)) {
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
    const over = new AbortController();
    let asked = 0;
    let shown = 0;
    const read = () => {
      const question = (asked += 1);
      // A failed read is repeated at the next event or interval; until then the last figure stays. A stream without
      // events does not say that its session has ended.
      client.balance({ signal: over.signal }).then(
        (balance) => {
          // Responses may arrive out of order.
          if (over.signal.aborted || question < shown) return;
          shown = question;
          this.#balance = balance;
          this.#show();
        },
        (error: unknown) => {
          if (!over.signal.aborted && codeOf(error) === 'unauthenticated') this.#signOut();
        },
      );
    };
    const stopListening = feed.listen((news) => {
      if (news.is !== 'event' || mayMoveCredits(news.event)) read();
    });
    const stopWatching = feed.watchState(() => {
      if (feed.state === 'ended') {
        this.#signOut();
        return;
      }
      this.#isAway = feed.state === 'away';
      this.#show();
    });
    const ticking = setInterval(read, REFRESH_MS);
    read();
    this.#end = () => {
      over.abort();
      feed.stop();
      stopListening();
      stopWatching();
      clearInterval(ticking);
      this.#end = null;
      // Never show one account's figure for another account.
      this.#balance = null;
      this.#isAway = false;
      this.#show();
    };
  }

  /** Shows the balance. A figure that may be old is marked by a word, not by its looks alone. */
  #show(): void {
    this.toggleAttribute('away', this.#isAway);
    this.#frame.hidden = this.#balance === null;
    if (this.#balance === null) return;
    const { available, reserved } = this.#balance;
    const notes = [
      available === 1 ? 'credit' : 'credits',
      reserved > 0 ? `${creditsText(reserved)} reserved` : '',
      this.#isAway ? 'not live' : '',
    ];
    this.#available.textContent = creditsText(available);
    this.#note.textContent = notes.filter(Boolean).join(' · ');
  }

  #signOut(): void {
    this.#end?.();
    this.#token = null;
    this.dispatchEvent(new CustomEvent('holdfast-signed-out', { bubbles: true }));
  }
}

if (customElements.get('holdfast-credits') === undefined) {
  customElements.define('holdfast-credits', HoldfastCredits);
}
