import type { Page } from 'playwright-core';

/** In the page: reports violations of its policies on its console. Chromium's own words differ from rule to rule. */
const SAY_VIOLATIONS = `addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
  console.error('Content Security Policy: ' + violatedDirective + ' ' + blockedURI);
});`;

/** Collects from now on the errors of a page's scripts and what violates its policies, those that only report included. */
export async function keepComplaints(page: Page): Promise<string[]> {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (/Content Security Policy|Refused/.test(message.text())) complaints.push(message.text());
  });
  await page.addInitScript({ content: SAY_VIOLATIONS });
  return complaints;
}
