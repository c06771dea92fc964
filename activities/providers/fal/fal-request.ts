import { z } from 'zod';
import { isProviderJobId } from '../../../domain/ids.ts';

const QUEUED = z.object({
  request_id: z.string().min(1),
  response_url: z.url(),
  status_url: z.url(),
  cancel_url: z.url(),
});

/** Where a request is asked about, as paths of the queue. */
export type FalAddresses = { readonly response: string; readonly status: string; readonly cancel: string };

/** What parts the three where they do not follow from the first. No path has a blank. */
const BETWEEN = ' ';

/**
 * What we call a request: the path of its response, or all three paths where they are not made of it as they are today. They are used as
 * they came, since an app's sub-path is not in them. Null for an answer that names no request, or one of another host: the key goes
 * where we were told to send it, and nowhere else.
 * @param root the address of the queue.
 */
export function pathOf(answer: unknown, root: string): string | null {
  const queued = QUEUED.safeParse(answer).data;
  if (queued === undefined) return null;
  const urls = [queued.response_url, queued.status_url, queued.cancel_url];
  if (!urls.every((url) => url.startsWith(root) && !url.includes(BETWEEN))) return null;
  const paths = urls.map((url) => url.slice(root.length - 1));
  const [response = ''] = paths;
  const usual = Object.values(addressesOf(response));
  const name = paths.every((path, index) => path === usual[index]) ? response : paths.join(BETWEEN);
  return isProviderJobId(name) ? name : null;
}

/** The same of a request that a webhook names by its id alone. The addresses of an app's requests are without its sub-path. */
export function responsePathOf(requestId: string, app: string): string {
  return `/${app.split('/').slice(0, 2).join('/')}/requests/${encodeURIComponent(requestId)}`;
}

export function addressesOf(providerJobId: string): FalAddresses {
  const [response = '', status, cancel] = providerJobId.split(BETWEEN);
  return { response, status: status ?? `${response}/status`, cancel: cancel ?? `${response}/cancel` };
}
