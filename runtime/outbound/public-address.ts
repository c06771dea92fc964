import ipaddr from 'ipaddr.js';

/** Which addresses may be connected to. Loopback and plain http are for development. */
export type OutboundRules = { readonly allowsLocal: boolean };

/** Global unicast, 2000::/3: all assigned addresses. */
const GLOBAL_UNICAST = ipaddr.IPv6.parse('2000::');
const GLOBAL_UNICAST_BITS = 3;

/**
 * Whether an address is public: not private, loopback, link-local (so no metadata service), multicast, reserved or
 * translated. An IPv4 address inside an IPv6 one counts as IPv4.
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
