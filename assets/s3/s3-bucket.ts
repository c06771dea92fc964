import { Readable } from 'node:stream';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import type { AssetRange, OpenedAsset } from '../asset-store.ts';
import { createRetryS3, S3_PAUSES_MS } from './retry-s3.ts';
import { createS3Client } from './s3-client.ts';
import { S3Failure } from './s3-failure.ts';
import type { S3Settings } from '../../runtime/settings/asset-store-config.ts';
import { signContentHash } from './sign-content-hash.ts';

/** Size, and time by the server's clock in ms since the epoch. */
type ObjectFacts = { readonly bytes: number; readonly storedAt: number };

type Upload = {
  /** Called for every try: a stream can be sent once. */
  readonly read: () => Readable;
  readonly bytes: number;
  readonly sha256: string;
  readonly signal?: AbortSignal | undefined;
};

/**
 * The requests to one bucket, with keys without the prefix. Each is retried within bounds; then it rejects with
 * S3Failure. Null, or false: the object does not exist.
 */
export type S3Bucket = ReturnType<typeof createS3Bucket>;

export function createS3Bucket(settings: S3Settings, pausesMs: readonly number[] = S3_PAUSES_MS) {
  const client = createS3Client(settings);
  const retry = createRetryS3(pausesMs);
  const Bucket = settings.bucket;
  const keyOf = (name: string): string => (settings.prefix === '' ? name : `${settings.prefix}/${name}`);
  const at = (name: string) => ({ Bucket, Key: keyOf(name) });

  const head = (name: string): Promise<ObjectFacts | null> =>
    unlessMissing(async () => {
      const found = await retry('HeadObject', () => client.send(new HeadObjectCommand(at(name))));
      return { bytes: found.ContentLength ?? 0, storedAt: found.LastModified?.getTime() ?? 0 };
    });

  return {
    head,

    /** A range beyond the end has no bytes, as on a disk. */
    open: (name: string, range?: AssetRange): Promise<OpenedAsset | null> =>
      unlessMissing(async () => {
        const command = range === undefined ? at(name) : { ...at(name), Range: rangeHeaderOf(range) };
        try {
          const found = await retry('GetObject', () => client.send(new GetObjectCommand(command)));
          const { Body, ContentLength, ContentRange } = found;
          if (!(Body instanceof Readable)) throw new S3Failure('GetObject', { code: 'NoBody' });
          const bytes = Number(/\/(\d+)$/.exec(ContentRange ?? '')?.[1] ?? ContentLength ?? 0);
          return { stream: Body, bytes };
        } catch (error) {
          if (!(error instanceof S3Failure && error.status === 416)) throw error;
          const found = await head(name);
          return found && { stream: Readable.from([]), bytes: found.bytes };
        }
      }),

    /** Stores an object, whole or not at all: the server compares its bytes with the signed hash. */
    async upload(name: string, { read, bytes, sha256, signal }: Upload): Promise<void> {
      // AWS stores it with the object. Other servers may not, and compare the signed hash all the same.
      const checksum =
        settings.endpoint === null ? { ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64') } : {};
      const send = async () => {
        const body = read();
        const command = new PutObjectCommand({ ...at(name), Body: body, ContentLength: bytes, ...checksum });
        signContentHash(command, sha256);
        try {
          await client.send(command, signal === undefined ? {} : { abortSignal: signal });
        } finally {
          // A failed request leaves the stream unread.
          body.destroy();
        }
      };
      await retry('PutObject', send, signal);
    },

    /** False: an object of this name exists. */
    async create(name: string, text: string): Promise<boolean> {
      const send = () => client.send(new PutObjectCommand({ ...at(name), Body: text, IfNoneMatch: '*' }));
      try {
        await retry('PutObject', send);
        return true;
      } catch (error) {
        if (error instanceof S3Failure && EXISTS_ALREADY.includes(error.status)) return false;
        throw error;
      }
    },

    /** The objects whose names begin with a prefix, by name; `isLast`: there are no more. */
    async list(beginning: string, limit: number, after?: string) {
      const command = { Bucket, Prefix: keyOf(beginning), MaxKeys: limit };
      const from = after === undefined ? {} : { StartAfter: keyOf(after) };
      const send = () => client.send(new ListObjectsV2Command({ ...command, ...from }));
      const { Contents = [], IsTruncated } = await retry('ListObjectsV2', send);
      const objects = Contents.map(({ Key = '', Size = 0, LastModified }) => ({
        name: Key.slice(keyOf('').length),
        bytes: Size,
        // An object without a time counts as new, and is left alone.
        storedAt: LastModified?.getTime() ?? Date.now(),
      }));
      return { objects, isLast: IsTruncated !== true };
    },

    async copy(from: string, to: string): Promise<boolean> {
      const CopySource = [Bucket, ...keyOf(from).split('/')].map(encodeURIComponent).join('/');
      const send = () => client.send(new CopyObjectCommand({ ...at(to), CopySource }));
      const copied = await unlessMissing(() => retry('CopyObject', send));
      return copied !== null;
    },

    async remove(name: string): Promise<void> {
      // S3 accepts the removal of a missing object; another server may refuse it.
      await unlessMissing(() => retry('DeleteObject', () => client.send(new DeleteObjectCommand(at(name)))));
    },
  };
}

/** 409: another request for the same name is under way. */
const EXISTS_ALREADY: readonly (number | null)[] = [409, 412];

function rangeHeaderOf({ start, end }: AssetRange): string {
  return `bytes=${String(start)}-${String(end)}`;
}

/** The codes of a 404 that mean a missing object. Any other (`NoSuchBucket`) would make all assets count as gone. */
const MISSING_CODES: readonly string[] = ['NoSuchKey', 'NotFound'];

async function unlessMissing<Found>(find: () => Promise<Found>): Promise<Found | null> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof S3Failure && MISSING_CODES.includes(error.code)) return null;
    throw error;
  }
}
