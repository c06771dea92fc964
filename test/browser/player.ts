import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';

/** Brightness, 0 to 255, of a grid over a picture. */
export type Brightness = readonly number[];

/**
 * The page player.html, open in a browser; times in seconds. Every call rejects if the browser cannot play the film.
 */
export type Player = {
  load(url: string): Promise<{ readyState: number; duration: number; width: number; height: number }>;
  /** Plays until that time has passed, and pauses there. */
  playTo(seconds: number): Promise<number>;
  playToEnd(): Promise<number>;
  seek(seconds: number): Promise<number>;
  frame(): Promise<Brightness>;
  decoded(): Promise<{ frames: number; audioBytes: number }>;
  sound(url: string): Promise<{ duration: number; loudest: number }>;
  show(url: string): Promise<{ width: number; height: number; brightness: Brightness }>;
};

/**
 * Opens the player under the given origin, so that it may draw what it loads from there on a canvas. The page itself is
 * not requested from that server.
 */
export async function openPlayer(page: Page, origin: string): Promise<Player> {
  const url = `${origin}/player.html`;
  const html = await readFile(path.join(import.meta.dirname, 'player.html'), 'utf8');
  await page.route(url, (route) => route.fulfill({ contentType: 'text/html', body: html }));
  await page.goto(url);
  // As text, since the compiler has no DOM types here.
  const call = <Result>(method: keyof Player, ...values: readonly unknown[]): Promise<Result> =>
    page.evaluate<Result>(`player.${method}(${values.map((value) => JSON.stringify(value)).join(', ')})`);
  return {
    load: (filmUrl) => call('load', filmUrl),
    playTo: (seconds) => call('playTo', seconds),
    playToEnd: () => call('playToEnd'),
    seek: (seconds) => call('seek', seconds),
    frame: () => call('frame'),
    decoded: () => call('decoded'),
    sound: (filmUrl) => call('sound', filmUrl),
    show: (pictureUrl) => call('show', pictureUrl),
  };
}
