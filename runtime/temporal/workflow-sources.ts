import path from 'node:path';

/**
 * The sources of a bundle of workflow code, as options of the SDK's bundler: the same wherever one is made, so that what is tested is
 * what ships. Our modules are evaluated once in a worker and not once for each workflow. They keep no state; the SDK
 * freezes what they export.
 * @param root the folder in which workflows/ lies.
 */
export function workflowSources(root: string): {
  readonly workflowsPath: string;
  readonly payloadConverterPath: string;
  readonly preloadModules: string[];
} {
  const workflowsPath = path.join(root, 'workflows', 'index.ts');
  const payloadConverterPath = path.join(root, 'workflows', 'payload-converter.ts');
  const stackTracesPath = path.join(root, 'workflows', 'short-stack-traces.ts');
  return {
    workflowsPath,
    payloadConverterPath,
    preloadModules: [stackTracesPath, workflowsPath, payloadConverterPath],
  };
}
