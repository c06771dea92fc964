import { S3_ADDRESS } from './s3-address.ts';
import type { SettingName, SettingValue } from './settings.ts';

/** The settings of processes that store or read results. */
export const ASSET_SETTINGS = [
  'ASSET_HOME',
  'ASSET_STORE',
  'ASSET_STORE_ENDPOINT',
  'ASSET_STORE_REGION',
  'ASSET_STORE_PATH_STYLE',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
] as const satisfies SettingName[];

type AssetSettings = { readonly [Name in (typeof ASSET_SETTINGS)[number]]: SettingValue<Name> };

type S3Credentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | null;
};

/** A bucket of S3, or of a compatible server. */
export type S3Settings = {
  readonly bucket: string;
  /** The prefix of every key; empty, or without slashes at its ends. */
  readonly prefix: string;
  /** Null: AWS. */
  readonly endpoint: string | null;
  readonly region: string;
  /** Whether the bucket is in the URL's path rather than its host name. */
  readonly usesPathStyle: boolean;
  /** Null: found by the AWS SDK (the role of the machine or the container). */
  readonly credentials: S3Credentials | null;
  /** A local folder for a file before its upload. */
  readonly spoolFolder: string;
};

export type AssetStoreConfig =
  { readonly kind: 'disk'; readonly home: string } | ({ readonly kind: 's3' } & S3Settings);

export function assetStoreConfigOf(settings: AssetSettings): AssetStoreConfig {
  const { ASSET_HOME: home, ASSET_STORE: store, ASSET_STORE_ENDPOINT: endpoint } = settings;
  if (store === null) return { kind: 'disk', home };
  const { bucket = '', prefix = '' } = S3_ADDRESS.exec(store)?.groups ?? {};
  return {
    kind: 's3',
    bucket,
    prefix,
    endpoint,
    region: settings.ASSET_STORE_REGION,
    usesPathStyle: settings.ASSET_STORE_PATH_STYLE ?? endpoint !== null,
    credentials: credentialsOf(settings),
    spoolFolder: home,
  };
}

function credentialsOf(settings: AssetSettings): S3Credentials | null {
  const accessKeyId = settings.AWS_ACCESS_KEY_ID;
  const secretAccessKey = settings.AWS_SECRET_ACCESS_KEY;
  // Half of a pair is refused before this: see paired-settings.ts.
  return accessKeyId === null || secretAccessKey === null
    ? null
    : { accessKeyId, secretAccessKey, sessionToken: settings.AWS_SESSION_TOKEN };
}
