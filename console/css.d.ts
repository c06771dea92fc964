/** esbuild puts it into the application's style sheet; for the custom element it is a text. */
declare module '*.css' {
  const text: string;
  // eslint-disable-next-line no-restricted-exports -- esbuild's form of a text
  export default text;
}
