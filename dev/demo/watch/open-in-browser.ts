import { spawn } from 'node:child_process';

type Opener = { readonly file: string; readonly args: readonly string[] };

/** What opens an address on a desktop, by platform. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, Opener>>> = {
  darwin: { file: 'open', args: [] },
  win32: { file: 'explorer.exe', args: [] },
};
const XDG: Opener = { file: 'xdg-open', args: [] };

/** Opens an address in the desktop's browser. Where that does not come about, the address has been printed: nothing is said. */
export function openInBrowser(url: string): void {
  const { file, args } = OPENERS[process.platform] ?? XDG;
  const child = spawn(file, [...args, url], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}
