/**
 * `node dev/build-console.mjs <file>`: the pages of console/ as one file, which the API serves: two faces (/portal, /console) with what they share
 * in files of their own, and the custom element, which is whole in itself. A file's name ends with the hash of its content. The page of the sandbox
 * is made apart, for the embedded stack alone: what is built for production does not have it.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = path.join(import.meta.dirname, '..');
const TYPES = { '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

/** A face: where it is, its entry point, its name in the browser's tab. */
const FACES = [
  { path: 'portal', entry: 'console/portal/portal.tsx', title: 'Credits and jobs' },
  { path: 'console', entry: 'console/support/support.tsx', title: 'Holdfast support' },
];
const SANDBOX = { path: 'sandbox', entry: 'console/sandbox/sandbox.tsx', title: 'Holdfast sandbox' };
const ELEMENT = 'console/element/holdfast-credits.ts';

const COMMON = {
  absWorkingDir: ROOT,
  bundle: true,
  minify: true,
  target: 'es2022',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  legalComments: 'none',
  write: false,
  metafile: true,
  // Files are named by content, so that the same sources make the same names everywhere.
  outdir: path.join(ROOT, 'pages'),
  logLevel: 'silent',
};

/** The pages as JSON: `html` by the face's path, and `files`. Throws where a source does not compile. */
export async function buildConsole() {
  const [faces, element] = await Promise.all([
    buildFaces(FACES),
    build({
      ...COMMON,
      entryPoints: [ELEMENT],
      format: 'iife',
      entryNames: '[name]',
      loader: { '.css': 'text' },
    }),
  ]);
  return JSON.stringify({ html: faces.html, files: [...faces.files, ...filesOf(element)] });
}

/** The page of the sandbox as JSON, in the same shape. */
export async function buildSandbox() {
  return JSON.stringify(await buildFaces([SANDBOX]));
}

async function buildFaces(wanted) {
  const faces = await build({
    ...COMMON,
    entryPoints: [...wanted.map(({ entry }) => entry), 'console/shared/icon.svg'],
    format: 'esm',
    splitting: true,
    entryNames: '[name]-[hash]',
    chunkNames: 'part-[hash]',
    assetNames: '[name]-[hash]',
    loader: { '.svg': 'copy' },
  });
  const outputs = Object.entries(faces.metafile.outputs);
  const nameOf = (entry, extension) => {
    const isOf = ([file, { entryPoint }]) => entryPoint === entry && path.extname(file) === extension;
    return path.basename(outputs.find(isOf)[0]);
  };
  const icon = nameOf('console/shared/icon.svg', '.svg');
  const html = wanted.map(({ path: face, entry, title }) => {
    const script = nameOf(entry, '.js');
    const { cssBundle, imports } = outputs.find(([file]) => path.basename(file) === script)[1];
    const parts = imports
      .filter(({ kind }) => kind === 'import-statement')
      .map((one) => path.basename(one.path));
    return [face, htmlOf({ face, title, icon, script, parts, style: path.basename(cssBundle) })];
  });
  return { html: Object.fromEntries(html), files: filesOf(faces) };
}

function filesOf({ outputFiles }) {
  return outputFiles.map(({ path: file, text }) => ({
    name: path.basename(file),
    type: TYPES[path.extname(file)],
    text,
  }));
}

/** The addresses are relative: the API may be served below a path. */
function htmlOf({ face, title, icon, script, parts, style }) {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="icon" type="image/svg+xml" href="${face}/${icon}">
<link rel="stylesheet" href="${face}/${style}">
${parts.map((part) => `<link rel="modulepreload" href="${face}/${part}">`).join('\n')}
<script type="module" src="${face}/${script}"></script>
</head>
<body>
<div id="app"></div>
<noscript>This page needs JavaScript.</noscript>
</body>
</html>
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = process.argv[2];
  if (file === undefined) throw new Error('usage: build-console.mjs <file>');
  writeFileSync(file, await buildConsole());
}
