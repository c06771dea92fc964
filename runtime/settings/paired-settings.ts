import type { ConfigurationFault } from './configuration-error.ts';
import { PROVIDER_NAMES } from './model-services-config.ts';
import { SETTINGS, type SettingName } from './settings.ts';

/** A setting that has to be set where all of others are. */
type Pair = { readonly name: SettingName; readonly goesWith: readonly SettingName[] };

/** Of each process that reads all that a pair names. */
const PAIRS: readonly Pair[] = [
  ...bothOrNeither('TEMPORAL_TLS_CERT_PATH', 'TEMPORAL_TLS_KEY_PATH'),
  ...bothOrNeither('WORKER_BUILD_ID', 'WORKER_DEPLOYMENT_NAME'),
  ...bothOrNeither('AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'ASSET_STORE'),
  // Without trusted proxies the header would be believed of no one.
  { name: 'TRUSTED_PROXIES', goesWith: ['CONSOLE_PROXY_HEADER'] },
  // Services that cannot do without a key.
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
 * What is wrong with settings beside each other, each of them right by itself.
 * @param names those that the process reads. `values`: without those that are wrong already, of which nothing more is said.
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

/** Where links ended with each process, no process could tell an older one from a forged one. */
function faultsOfLinks(names: readonly SettingName[], values: Values): readonly ConfigurationFault[] {
  const isMissing = names.includes('LINK_SECRETS') && values['LINK_SECRETS'] === null;
  if (!isMissing || values['NODE_ENV'] !== 'production') return [];
  return [{ name: 'LINK_SECRETS', fault: 'is not set', doc: SETTINGS.LINK_SECRETS.doc }];
}

/** A misspelt name would leave its provider without a limit, and nothing would tell of it. */
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
