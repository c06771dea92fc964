/**
 * The types that a module exports, written out: without zod, without the server, without imports. What a client package has in
 * the place of what the compiler makes of `client/http/wire-types.ts`.
 */
import ts from 'typescript';

/** The text of a .d.ts file with one `export type` for each type that a module of the program exports. */
export function printTypes(program, file) {
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(file));
  const types = checker.getExportsOfModule(module).map((symbol) => {
    const origin = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    return { name: symbol.name, type: checker.getDeclaredTypeOfSymbol(origin), comment: commentOf(origin) };
  });
  const printer = createPrinter(checker);
  return types
    .map(({ name, type, comment }) => `${comment}export type ${name} = ${printer(type, '')};\n`)
    .join('\n');

  function commentOf(symbol) {
    return docComment(ts.displayPartsToString(symbol.getDocumentationComment(checker)), '');
  }
}

function docComment(text, indent) {
  if (text === '') return '';
  return `${indent}/** ${text.replaceAll('\n', `\n${indent} * `)} */\n`;
}

function createPrinter(checker) {
  const { TypeFlags } = ts;

  function print(type, indent) {
    if (type.flags & (TypeFlags.Union | TypeFlags.Intersection) && !(type.flags & TypeFlags.Boolean)) {
      return type.flags & TypeFlags.Union ? printUnion(type, indent) : printObject(type, indent);
    }
    if (checker.isArrayType(type) || checker.isTupleType(type)) return printArray(type, indent);
    if (type.flags & TypeFlags.Object) return printObject(type, indent);
    return checker.typeToString(type, undefined, ts.TypeFormatFlags.NoTruncation);
  }

  /** `true | false` is boolean, and `undefined` goes last. */
  function printUnion(type, indent) {
    const parts = type.types.filter((part) => !(part.flags & TypeFlags.BooleanLiteral));
    const booleans = type.types.length - parts.length;
    const printed = parts.map((part) => print(part, indent));
    if (booleans > 0)
      printed.push(
        booleans === 2
          ? 'boolean'
          : print(
              type.types.find((part) => part.flags & TypeFlags.BooleanLiteral),
              indent,
            ),
      );
    const names = [...new Set(printed)];
    return [
      ...names.filter((name) => name !== 'null' && name !== 'undefined'),
      ...names.filter((name) => name === 'null' || name === 'undefined'),
    ].join(' | ');
  }

  function printArray(type, indent) {
    const [item] = checker.getTypeArguments(type);
    const text = print(item, indent);
    return `readonly ${text.includes(' | ') && item.isUnion() ? `(${text})` : text}[]`;
  }

  /** Of an intersection too: its properties together. Everything is read-only: a response is looked at, a body is sent. */
  function printObject(type, indent) {
    const inner = `${indent}  `;
    const lines = checker.getPropertiesOfType(type).map((property) => {
      const comment = docComment(ts.displayPartsToString(property.getDocumentationComment(checker)), inner);
      const isOptional = (property.flags & ts.SymbolFlags.Optional) !== 0;
      const value = print(checker.getTypeOfSymbol(property), inner);
      return `${comment}${inner}readonly ${property.name}${isOptional ? '?' : ''}: ${value};`;
    });
    for (const { keyType, type: value } of checker.getIndexInfosOfType(type)) {
      lines.push(`${inner}readonly [name: ${checker.typeToString(keyType)}]: ${print(value, inner)};`);
    }
    return lines.length === 0 ? '{}' : `{\n${lines.join('\n')}\n${indent}}`;
  }

  return print;
}
