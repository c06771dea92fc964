/**
 * `node dist/runtime/probe/main.js <url>`: a container's health check. Exit code 0 when the address responds with success; else
 * 1, with what it said, which the engine keeps (`docker inspect`).
 */
const PROBE_TIMEOUT_MS = 4_000;

const [url = ''] = process.argv.slice(2);
try {
  const response = await fetch(url, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
  console.log((await response.text()).trim());
  process.exitCode = response.ok ? 0 : 1;
} catch (error) {
  console.log(`${url} does not respond: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
