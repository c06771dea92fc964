import { createCheckContent } from '../../../activities/content/check-content.ts';
import { createFetchResult } from '../../../activities/providers/http/fetch-result.ts';
import { createDiskAssetStore } from '../../../assets/disk-asset-store.ts';

/**
 * Fetches, stores and checks films as a worker does, and prints by how much the process grew with the second:
 * `content-memory-main.ts ORIGIN HOME`. The first is small: what is loaded once is no growth.
 */

const SAMPLE_EVERY_MS = 5;
const EXPECTED = { mediaTypes: ['video/mp4'] };

const [, , origin = '', home = ''] = process.argv;
const assets = createDiskAssetStore(home);
const checkContent = createCheckContent();
const fetchResult = createFetchResult({
  trusted: origin,
  resolve: () => Promise.reject(new Error('no name is looked up')),
});

async function bringIn(path: string) {
  const { signal } = new AbortController();
  const fetched = await fetchResult({ at: 'link', url: origin + path, bytes: null, sha256: null }, signal);
  if (fetched.outcome !== 'opened') throw new Error(`${path} is ${fetched.outcome}`);
  const asset = await assets.put(fetched.file.content, { maxBytes: 1024 ** 3 });
  return { ...asset, ...(await checkContent(asset, EXPECTED, assets)) };
}

await bringIn('/small');
const before = process.memoryUsage.rss();
let most = before;
const sampling = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), SAMPLE_EVERY_MS);
const { bytes, outcome } = await bringIn('/large');
clearInterval(sampling);
process.stdout.write(JSON.stringify({ bytes, outcome, growthBytes: most - before }), () => process.exit(0));
