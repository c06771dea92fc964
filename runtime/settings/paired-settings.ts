import type { ConfigurationFault } from './configuration-error.ts';
import { PROVIDER_NAMES } from './model-services-config.ts';
import { SETTINGS, type SettingName } from './settings.ts';

/** A setting that must be set if all the others are. */
type Pair = { readonly name: SettingName; readonly goesWith: readonly SettingName[] };

/** For each process that reads all settings of a pair. */
const PAIRS: readonly Pair[] = [
  ...bothOrNeither('TEMPORAL_TLS_CERT_PATH', 'TEMPORAL_TLS_KEY_PATH'),
  ...bothOrNeither('WORKER_BUILD_ID', 'WORKER_DEPLOYMENT_NAME'),
  ...bothOrNeither('AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'ASSET_STORE'),
  // Without trusted proxies the header is trusted from none.
  { name: 'TRUSTED_PROXIES', goesWith: ['CONSOLE_PROXY_HEADER'] },
  // Services that need a key.
  { name: 'OPENAI_API_KEY', goesWith: ['OPENAI_URL'] },
  { name: 'REPLICATE_API_TOKEN', goesWith: ['REPLICATE_URL'] },
  { name: 'FAL_KEY', goesWith: ['FAL_URL'] },
  // Webhooks that could not be verified.
  { name: 'MODEL_SERVICE_WEBHOOK_SECRET', goesWith: ['PROVIDER_WEBHOOK_URL', 'MODEL_SERVICE_URL'] },
  { name: 'GPU_SERVICE_WEBHOOK_SECRET', goesWith: ['PROVIDER_WEBHOOK_URL', 'GPU_SERVICE_URL'] },
  { name: 'REPLICATE_WEBHOOK_SECRET', goesWith: ['PROVIDER_WEBHOOK_URL', 'REPLICATE_URL'] },
];

type Values = Readonly<Partial<Record<SettingName, unknown>>>;

/**
 * The faults of settings together, each valid by itself.
 * @param names the settings that the process reads. `values`: without those that are invalid by themselves.
 */
export function faultsOfPairs(names: readonly SettingName[], values: Values): readonly ConfigurationFault[] {
  const unmatched = PAIRS.filter(
    ({ name, goesWith }) =>
      [name, ...goesWith].every((one) => names.includes(one)) &&
      values[name] === null &&
      goesWith.every((other) => (values[other] ?? null) !== null),
  );
  return [
    ...unmatched.map(({ name, goesWith }) => ({
      name,
      fault: `is not set, and ${goesWith.join(' and ')} ${goesWith.length === 1 ? 'is' : 'are'}`,
      doc: SETTINGS[name].doc,
    })),
    ...faultsOfLimits(values['PROVIDER_LIMITS']),
    ...faultsOfLinks(names, values),
  ];
}

/** If links ended with each process, no process could tell an older link from a forged one. */
function faultsOfLinks(names: readonly SettingName[], values: Values): readonly ConfigurationFault[] {
  const isMissing = names.includes('LINK_SECRETS') && values['LINK_SECRETS'] === null;
  if (!isMissing || values['NODE_ENV'] !== 'production') return [];
  return [{ name: 'LINK_SECRETS', fault: 'is not set', doc: SETTINGS.LINK_SECRETS.doc }];
}

/** A misspelt name would leave its provider without a limit, silently. */
function faultsOfLimits(limits: unknown): readonly ConfigurationFault[] {
  const known: readonly string[] = PROVIDER_NAMES;
  if (Object.keys(Object(limits) as object).every((provider) => known.includes(provider))) return [];
  const fault = `names a provider that there is none of; there are ${known.join(', ')}`;
  return [{ name: 'PROVIDER_LIMITS', fault, doc: SETTINGS.PROVIDER_LIMITS.doc }];
}

function bothOrNeither(one: SettingName, other: SettingName, ...where: SettingName[]): readonly Pair[] {
  return [
    { name: one, goesWith: [...where, other] },
    { name: other, goesWith: [...where, one] },
  ];
}
