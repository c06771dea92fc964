import type { Page, Route } from 'playwright-core';

/** From now on the page's calls of the API get no response, except those for the session. */
export async function holdCalls(page: Page): Promise<void> {
  await page.route('**/v1/**', (route) => (isOfTheVisit(route) ? route.continue() : undefined));
}

/**
 * From now on the page's calls of the API wait until the returned function is called: no read that is made at intervals
 * changes the page meanwhile.
 */
export async function delayCalls(page: Page): Promise<() => void> {
  let goOn = () => {};
  const waiting = new Promise<void>((resolve) => (goOn = resolve));
  await page.route('**/v1/**', async (route) => {
    if (!isOfTheVisit(route)) await waiting;
    await route.fallback();
  });
  return goOn;
}

/** From now on the page's calls of the API are refused, except those for the session. */
export async function refuseCalls(page: Page): Promise<void> {
  await page.route('**/v1/**', (route) =>
    isOfTheVisit(route)
      ? route.continue()
      : route.fulfill({ status: 409, contentType: 'application/problem+json', json: PROBLEM }),
  );
}
const isOfTheVisit = (route: Route) =>
  /portal_sessions|console_sessions|catalogue|events/.test(route.request().url());
const PROBLEM = {
  type: 'https://holdfast.example.com/problems/state_conflict',
  title: 'Something went wrong',
  status: 409,
  code: 'state_conflict',
  detail: `It is not your fault. ${'Try again in a while. '.repeat(12)}`,
  request_id: 'req_0123456789abcdef0123456789abcdef',
};
