import type { ModelServiceSecrets } from '../../runtime/settings/config.ts';
import { runSmoke } from './run-smoke.ts';
import { SMOKE_SERVICES } from './smoke-services.ts';

/** `skipped`: its key is not set, which is no failure; CI without keys stays green. */
const EXIT_CODE = { ok: 0, skipped: 0, failed: 1, misuse: 2 } as const;

const NAMES = Object.keys(SMOKE_SERVICES);

/** `npm run smoke -- <service>`. Returns the exit code. */
export async function smokeCommand(
  args: readonly string[],
  secrets: ModelServiceSecrets,
  print: (line: string) => void,
): Promise<number> {
  const [name = '', ...rest] = args;
  const service = SMOKE_SERVICES[name];
  if (service === undefined || rest.length > 0) {
    print(`usage: npm run smoke -- ${NAMES.join(' | ')}`);
    return EXIT_CODE.misuse;
  }
  const url = service.addressOf(secrets);
  if (url === null) {
    print(`${name}: skipped, since it needs ${service.needs}`);
    return EXIT_CODE.skipped;
  }
  const { lines, hasEnded, differences } = await runSmoke(service, url, secrets);
  for (const line of lines) print(`${name}: ${line}`);
  for (const { request, place, what, live, fake } of differences)
    print(
      `${name}: ${what}: ${request} ${place || '(all)'} is ${live ?? 'not there'}, of the fake ${fake ?? 'not there'}`,
    );
  if (differences.length === 0) print(`${name}: answers as the fake`);
  const isLie = differences.some(({ what }) => what === 'other_type');
  return hasEnded && !isLie ? EXIT_CODE.ok : EXIT_CODE.failed;
}
