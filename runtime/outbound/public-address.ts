import ipaddr from 'ipaddr.js';

/** The addresses that may be connected to. Loopback, and plain http with it, is for development. */
export type OutboundRules = { readonly allowsLocal: boolean };

/** Global unicast, 2000::/3: all addresses that are assigned. The rest is private or reserved. */
const GLOBAL_UNICAST = ipaddr.IPv6.parse('2000::');
const GLOBAL_UNICAST_BITS = 3;

/**
 * Whether an address is a machine of the public Internet: not private, loopback, link-local (and so no metadata service),
 * multicast, reserved or translated. An IPv4 address inside an IPv6 one counts as what it is.
 */
export function isPublicAddress(address: string): boolean {
  const parsed = parse(address);
  if (parsed === null || parsed.range() !== 'unicast') return false;
  return parsed instanceof ipaddr.IPv4 || parsed.match(GLOBAL_UNICAST, GLOBAL_UNICAST_BITS);
}

export function mayConnect(address: string, { allowsLocal }: OutboundRules): boolean {
  return isPublicAddress(address) || (allowsLocal && parse(address)?.range() === 'loopback');
}

function parse(address: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  return ipaddr.isValid(address) ? ipaddr.process(address) : null;
}
