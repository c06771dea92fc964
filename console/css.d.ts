/** esbuild puts it into the style sheet of the face; of the custom element it is a text. */
declare module '*.css' {
  const text: string;
  // eslint-disable-next-line no-restricted-exports -- esbuild's form of a text
  export default text;
}
