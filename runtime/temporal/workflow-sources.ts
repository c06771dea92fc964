import path from 'node:path';

/**
 * The sources of a workflow bundle, as options of the SDK's bundler: the same wherever one is made, so that tests run
 * what ships. Our modules are evaluated once per worker, not once per workflow: they keep no state, and the SDK freezes
 * their exports.
 * @param root the folder with workflows/.
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
