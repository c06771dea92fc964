import { shotsOf, type FilmScript } from './film-script.ts';

/** A caption is shown from the entry of a text's last line until the text leaves. Seconds. */
const ENTERS_AFTER = 0.65;
const LEAVES_BEFORE = 0.32;

/** Returns the captions of a film as WebVTT. */
export function writeCaptions(script: FilmScript): string {
  const cues = shotsOf(script).map(({ kind, text, startSeconds, endSeconds }, index) => {
    const lines = [text, kind === 'close' ? script.copy.callToAction : ''].filter((line) => line !== '');
    const from = timeOf(startSeconds + ENTERS_AFTER);
    return `${String(index + 1)}\n${from} --> ${timeOf(endSeconds - LEAVES_BEFORE)}\n${lines.map(escaped).join('\n')}\n`;
  });
  return `WEBVTT\n\n${cues.join('\n')}`;
}

/** hh:mm:ss.ttt */
function timeOf(seconds: number): string {
  return new Date(Math.round(seconds * 1_000)).toISOString().slice(11, 23);
}

function escaped(line: string): string {
  return line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
