import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { dockerfile, imageEnvironment } from './compose-file.ts';

const stages = dockerfile.split(/^FROM /m).slice(1);
const last = stages.at(-1) ?? '';

test('the image is built in stages from one pinned base', () => {
  expect(stages.length).toBeGreaterThanOrEqual(3);
  for (const stage of stages) expect(stage).toMatch(/^(node:22\.\d+\.\d+-bookworm-slim|build) AS \w+\n/);
});

test('the last stage has production dependencies and the build only, and does not run as root', () => {
  expect(dockerfile).toContain('npm ci --omit=dev');
  expect(last).not.toMatch(/npm (ci|install)|COPY \. /);
  expect(last).toMatch(/^USER node$/m);
  expect(last.indexOf('USER node')).toBeLessThan(last.indexOf('CMD ['));
});

test('node is told to as process 1 would be: no shell, no npm in between', () => {
  expect(last).toMatch(/^CMD \["node", "--enable-source-maps", "dist\/api\/main\.js"\]$/m);
  expect(Object.keys(imageEnvironment())).toEqual([
    'NODE_ENV',
    'MALLOC_ARENA_MAX',
    'MALLOC_MMAP_THRESHOLD_',
    'MALLOC_TRIM_THRESHOLD_',
    'WORKFLOW_BUNDLE',
    'ASSET_HOME',
  ]);
});

test('neither state nor secrets can get into the build context', () => {
  const ignored = readFileSync(path.join(import.meta.dirname, '..', '..', '.dockerignore'), 'utf8');
  expect(ignored).toMatch(/^\*$/m);
  expect(ignored).not.toMatch(/^!(\.env|\.holdfast|out|node_modules|\.git)/m);
});
