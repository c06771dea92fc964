/** Addresses that mean "every address of this machine", which a client cannot call. */
const EVERY_ADDRESS: readonly string[] = ['0.0.0.0', '::', '[::]'];

/** The API's public address, without a slash at its end: the setting, or where it listens. */
export function publicUrlOf(
  config: { readonly publicUrl: string | null; readonly host: string },
  port: number,
): string {
  if (config.publicUrl !== null) return config.publicUrl.replace(/\/+$/, '');
  const host = EVERY_ADDRESS.includes(config.host) ? '127.0.0.1' : config.host;
  return `http://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${String(port)}`;
}
