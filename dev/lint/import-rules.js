import layers from './layers.cjs';

const { FOLDERS } = layers;

/** The options of no-restricted-imports for one layer: what it may not import, with the reason in the message. */
export function importRulesOf(layer) {
  const patterns = [];
  for (const folder of FOLDERS) {
    if (folder === layer.name || layer.values.includes(folder)) continue;
    const allowedFiles = layer.values.filter((entry) => entry.startsWith(`${folder}/`));
    const exceptions = allowedFiles.map((entry) => `(?!${entry}\\.ts$)`).join('');
    patterns.push({
      regex: `^(\\.\\./)+${exceptions}${folder}/`,
      allowTypeImports: layer.types.includes(folder),
      message: `${layer.name}/ may not import ${folder}/${allowedFiles.length > 0 ? ` (but ${allowedFiles.join(', ')})` : ''}: see dev/lint/layers.cjs.`,
    });
  }
  for (const entry of layer.not ?? []) {
    patterns.push({
      regex: `^(\\.\\./)+${entry}\\.ts$`,
      message: `${layer.name}/ may not import ${entry}.ts: see dev/lint/layers.cjs.`,
    });
  }
  if (layer.name === 'workflows') {
    patterns.push({ regex: '^node:', message: 'Workflow code runs in a sandbox without Node.' });
  }
  return { patterns };
}
