import { ConfigurationError, type ConfigurationFault } from './configuration-error.ts';
import { SETTINGS, type SettingName, type SettingValue } from './settings.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the named variables. An empty value counts as unset, since compose files pass `${NAME:-}` through.
 * Throws ConfigurationError naming all that is wrong at once, so that a deployment is mended in one go; the values
 * themselves are never in the message, as they may be secrets.
 */
export function readSettings<const Name extends SettingName>(
  env: Environment,
  names: readonly Name[],
): { readonly [Key in Name]: SettingValue<Key> } {
  const faults: ConfigurationFault[] = [];
  const values: Partial<Record<SettingName, unknown>> = {};
  for (const name of names) {
    const { schema, doc } = SETTINGS[name];
    const raw = env[name] === '' ? undefined : env[name];
    const parsed = schema.safeParse(raw);
    if (parsed.success) values[name] = parsed.data;
    else faults.push({ name, fault: raw === undefined ? 'is not set' : 'is not valid', doc });
  }
  if (faults.length > 0) throw new ConfigurationError(faults);
  return values as { readonly [Key in Name]: SettingValue<Key> };
}
