import type { LookupAddress } from 'node:dns';
import { lookup as askSystem } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { mayConnect, type OutboundRules } from './public-address.ts';

/** Resolves all addresses of a name. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

export const resolveBySystem: Resolve = (hostname) => askSystem(hostname, { all: true });

/** The host is not a public machine. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
}

/**
 * The look-up of a connection in the making: the checked address is the one connected to, so a name cannot change in
 * between. One forbidden address refuses the name.
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
