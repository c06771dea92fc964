import type { SettingName, SettingValue } from './settings.ts';

export const CONSOLE_SETTINGS = [
  'CONSOLE_PROXY_HEADER',
  'CONSOLE_PROXY_SCOPES',
] as const satisfies SettingName[];

/** How a trusted proxy signs people in to the console; a null header: not at all. */
export type ConsoleConfig = {
  readonly proxyHeader: string | null;
  readonly proxyScopes: SettingValue<'CONSOLE_PROXY_SCOPES'>;
};

export function consoleConfigOf(settings: {
  readonly [Name in (typeof CONSOLE_SETTINGS)[number]]: SettingValue<Name>;
}): ConsoleConfig {
  return { proxyHeader: settings.CONSOLE_PROXY_HEADER, proxyScopes: settings.CONSOLE_PROXY_SCOPES };
}
