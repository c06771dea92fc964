import { readFileSync } from 'node:fs';
import { ConfigurationError, type ConfigurationFault } from './configuration-error.ts';
import { faultsOfPairs } from './paired-settings.ts';
import { SETTINGS, type SettingName, type SettingValue } from './settings.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

type Values<Name extends SettingName> = { readonly [Key in Name]: SettingValue<Key> };

/**
 * Reads the named variables. An empty value is unset, since compose files pass `${NAME:-}`. Throws ConfigurationError
 * with all faults at once, so that a deployment is fixed in one go, and without values, which may be secret. A secret
 * may be in a file: NAME_FILE is its path.
 */
export function readSettings<const Name extends SettingName>(
  env: Environment,
  names: readonly Name[],
): Values<Name> {
  return readAll(env, names, () => []);
}

/** Reads a process's settings, which must also fit together. */
export function readProcessSettings<const Name extends SettingName>(
  env: Environment,
  names: readonly Name[],
): Values<Name> {
  return readAll(env, names, (values) => faultsOfPairs(names, values));
}

function readAll<const Name extends SettingName>(
  env: Environment,
  names: readonly Name[],
  faultsBeside: (values: Readonly<Partial<Record<SettingName, unknown>>>) => readonly ConfigurationFault[],
): Values<Name> {
  const faults: ConfigurationFault[] = [];
  const values: Partial<Record<SettingName, unknown>> = {};
  for (const name of names) {
    const { schema, doc } = SETTINGS[name];
    const found = rawValueOf(env, name);
    if ('fault' in found) {
      faults.push({ ...found, doc });
      continue;
    }
    const parsed = schema.safeParse(found.raw);
    if (parsed.success) values[name] = parsed.data;
    else faults.push({ name, fault: found.raw === undefined ? 'is not set' : 'is not valid', doc });
  }
  faults.push(...faultsBeside(values));
  if (faults.length > 0) throw new ConfigurationError(faults);
  return values as Values<Name>;
}

type RawValue = { readonly raw: string | undefined } | Omit<ConfigurationFault, 'doc'>;

function rawValueOf(env: Environment, name: SettingName): RawValue {
  const raw = nonEmpty(env[name]);
  const fileName = `${name}_FILE`;
  const file = 'isSecret' in SETTINGS[name] ? nonEmpty(env[fileName]) : undefined;
  if (file === undefined) return { raw };
  if (raw !== undefined) return { name: fileName, fault: `is set, and ${name} too` };
  try {
    // Files of secrets often end with a newline.
    return { raw: nonEmpty(readFileSync(file, 'utf8').trimEnd()) };
  } catch {
    return { name: fileName, fault: 'names a file that cannot be read' };
  }
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
