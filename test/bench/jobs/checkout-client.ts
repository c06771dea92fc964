import { existsSync } from 'node:fs';
import path from 'node:path';

/** The client over Temporal, as it is called now and as it was called before 40923bc1. */
const CLIENT_FILES = ['client/temporal-client.ts', 'client/holdfast-client.ts'];
/** The first commit with a client. */
const OLDEST_COMMIT = '2f3c953f';

/**
 * Where the client of a checkout is, an older one's too.
 * @throws TypeError that says why a checkout cannot be compared with: it has no client, or no packages installed.
 */
export function clientFileOf(checkout: string): string {
  const file = CLIENT_FILES.find((name) => existsSync(path.join(checkout, name)));
  if (file === undefined)
    throw new TypeError(
      `${checkout} cannot be compared with: it has none of ${CLIENT_FILES.join(', ')}. The oldest commit that has one is ${OLDEST_COMMIT}.`,
    );
  if (!existsSync(path.join(checkout, 'node_modules')))
    throw new TypeError(
      `${checkout} cannot be compared with: it has no node_modules. Run npm ci in it, or copy those of this checkout.`,
    );
  return file;
}
