import { shotsOf, type FilmScript } from './film-script.ts';

/** A text is read from when its last line has come in to when it leaves. Seconds. */
const ENTERS_AFTER = 0.65;
const LEAVES_BEFORE = 0.32;

/** Writes what is said in a film, and when, as WebVTT. */
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
