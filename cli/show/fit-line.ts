/** The width of a terminal as it opens. */
export const LINE_WIDTH = 80;

/**
 * Text in lines of at most 80 characters, broken at blanks, each after the first indented. A word that is longer than a line (an
 * address, an id) stays whole.
 * @param taken What stands before the text in its first line already.
 */
export function fitLines(text: string, indent: number, taken = indent): string {
  const lines: string[] = [];
  let line = '';
  let room = LINE_WIDTH - taken;
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && longer.length > room) {
      lines.push(line);
      room = LINE_WIDTH - indent;
      line = word;
    } else line = longer;
  }
  return [...lines, line].join(`\n${' '.repeat(indent)}`);
}
