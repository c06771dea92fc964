/** `<holdfast-credits>`: what is left of an account's credits, in a page of another origin. */
class HoldfastCredits extends HTMLElement {
  connectedCallback(): void {
    this.attachShadow({ mode: 'open' });
  }
}

if (customElements.get('holdfast-credits') === undefined)
  customElements.define('holdfast-credits', HoldfastCredits);
