/** Variables of `.env` and of the shell, as Compose sees them. */
export type ComposeVariables = Readonly<Record<string, string>>;

const NAME = /^[A-Za-z_][A-Za-z0-9_]*/;

/**
 * Compose's interpolation, as far as docker-compose.yml uses it: `$$`, `${NAME}`, `${NAME:-default}` and
 * `${NAME:?complaint}`, nested too. Throws what Compose complains about: a variable that is needed and is not set, and
 * anything that it could not read.
 */
export function interpolate(text: string, variables: ComposeVariables): string {
  let result = '';
  for (let at = 0; at < text.length;) {
    if (text[at] !== '$') {
      result += text.charAt(at);
      at += 1;
    } else if (text[at + 1] === '$') {
      result += '$';
      at += 2;
    } else if (text[at + 1] === '{') {
      const end = closingBrace(text, at + 2);
      result += valueOf(text.slice(at + 2, end), variables);
      at = end + 1;
    } else {
      throw new Error(`a single $ in: ${text.slice(Math.max(0, at - 40), at + 40)}`);
    }
  }
  return result;
}

function valueOf(expression: string, variables: ComposeVariables): string {
  const name = NAME.exec(expression)?.[0] ?? '';
  const [operator, argument] = [
    expression.slice(name.length, name.length + 2),
    expression.slice(name.length + 2),
  ];
  const value = variables[name] ?? '';
  if (name !== '' && expression === name) return value;
  if (operator === ':-') return value === '' ? interpolate(argument, variables) : value;
  if (operator === ':?') {
    if (value === '') throw new Error(`required variable ${name} is missing a value: ${argument}`);
    return value;
  }
  throw new Error(`cannot be read: ${expression}`);
}

function closingBrace(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '}') depth -= 1;
    else if (text.startsWith('${', at)) depth += 1;
    if (depth === 0) return at;
  }
  throw new Error(`no closing brace: ${text.slice(from)}`);
}
