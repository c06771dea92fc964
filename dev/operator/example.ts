/** What a command's help ends with: lines to copy. */
export function example(...lines: readonly string[]): string {
  return `\nFor example:\n${lines.map((line) => `  $ npm run holdfast -- ${line}`).join('\n')}`;
}
