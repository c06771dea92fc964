import type { LookupAddress } from 'node:dns';
import { lookup as askSystem } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { mayConnect, type OutboundRules } from './public-address.ts';

/** All addresses of a name. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

export const resolveBySystem: Resolve = (hostname) => askSystem(hostname, { all: true });

/** A name, or a number in its place, leads to a machine that is not public. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
}

/**
 * The look-up of a connection that is being made: what is checked here is what is connected to, so no name can change its
 * mind in between. One address that may not be is enough to refuse the name.
 */
export function createCheckedLookup(resolve: Resolve, rules: OutboundRules): LookupFunction {
  return (hostname, options, callback) => {
    void resolve(hostname).then(
      (addresses) => {
        const [first] = addresses;
        if (first === undefined || addresses.some(({ address }) => !mayConnect(address, rules))) {
          callback(new AddressRefused(`${hostname} is not a public machine`), '', 0);
        } else if (options.all === true) {
          callback(null, [...addresses]);
        } else {
          callback(null, first.address, first.family);
        }
      },
      (error: unknown) => {
        callback(error instanceof Error ? error : new Error(String(error)), '', 0);
      },
    );
  };
}
