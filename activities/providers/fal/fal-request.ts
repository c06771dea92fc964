import { z } from 'zod';
import { isProviderJobId } from '../../../domain/ids.ts';

const QUEUED = z.object({
  request_id: z.string().min(1),
  response_url: z.url(),
  status_url: z.url(),
  cancel_url: z.url(),
});

/** The paths of a request in the queue. */
type FalAddresses = { readonly response: string; readonly status: string; readonly cancel: string };

/** Separates the three paths where they do not follow from the first. No path has a blank. */
const SEPARATOR = ' ';

/**
 * Returns our id of a request: the path of its response, or all three paths where the others do not follow from it. The
 * paths are taken from the answer, since they leave out an app's sub-path. Null: the answer names no request, or a path
 * on another host, to which the key must not be sent.
 * @param root the address of the queue.
 */
export function pathOf(answer: unknown, root: string): string | null {
  const queued = QUEUED.safeParse(answer).data;
  if (queued === undefined) return null;
  const urls = [queued.response_url, queued.status_url, queued.cancel_url];
  if (!urls.every((url) => url.startsWith(root) && !url.includes(SEPARATOR))) return null;
  const paths = urls.map((url) => url.slice(root.length - 1));
  const [response = ''] = paths;
  const usual = Object.values(addressesOf(response));
  const name = paths.every((path, index) => path === usual[index]) ? response : paths.join(SEPARATOR);
  return isProviderJobId(name) ? name : null;
}

/**
 * Returns our id of a request that a webhook names by its request id alone. The paths of requests leave out an app's
 * sub-path.
 */
export function responsePathOf(requestId: string, app: string): string {
  return `/${app.split('/').slice(0, 2).join('/')}/requests/${encodeURIComponent(requestId)}`;
}

/** Returns the paths of a request by our id of it. */
export function addressesOf(providerJobId: string): FalAddresses {
  const [response = '', status, cancel] = providerJobId.split(SEPARATOR);
  return { response, status: status ?? `${response}/status`, cancel: cancel ?? `${response}/cancel` };
}
