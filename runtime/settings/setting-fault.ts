import { ConfigurationError } from './configuration-error.ts';
import { SETTINGS, type SettingName } from './settings.ts';

/** The error of one setting, for what only its use shows: a file that cannot be read. */
export function settingFault(name: SettingName, fault: string): ConfigurationError {
  return new ConfigurationError([{ name, fault, doc: SETTINGS[name].doc }]);
}
