/** Addresses that mean "every address of this machine": a server listens on them, and a client cannot call them. */
const EVERY_ADDRESS: readonly string[] = ['0.0.0.0', '::', '[::]'];

/** The address under which callers reach the API, without a slash at its end: the one that is set, or where it listens. */
export function publicUrlOf(
  config: { readonly publicUrl: string | null; readonly host: string },
  port: number,
): string {
  if (config.publicUrl !== null) return config.publicUrl.replace(/\/+$/, '');
  const host = EVERY_ADDRESS.includes(config.host) ? '127.0.0.1' : config.host;
  return `http://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${String(port)}`;
}
