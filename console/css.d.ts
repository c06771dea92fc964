/** esbuild puts it into the style sheet of the face; of the custom element it is a text. */
declare module '*.css' {
  const text: string;
  export = text;
}
