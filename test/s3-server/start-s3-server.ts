import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { chooseFreePorts, LOCAL_HOST } from '../../dev/free-ports.ts';
import type { ChildSpec } from '../../dev/supervisor/child-spec.ts';
import type { S3Settings } from '../../runtime/settings/asset-store-config.ts';
import { runChild } from '../harness/run-child.ts';
import { makeTemporaryHome } from '../harness/temporary-home.ts';

/** Long and of no other use, so that a log can be searched for them. */
export const ACCESS_KEY_ID = 'AKIAHOLDFASTTESTKEYID';
export const SECRET_ACCESS_KEY = 'holdfast-test-secret-access-key-7Qz1';

export type S3Server = {
  readonly endpoint: string;
  /** Of a new bucket on it. */
  readonly makeBucket: () => Promise<S3Settings>;
  /** The folder that holds what it stores; a bucket is a folder in it. */
  readonly dataFolder: string;
  readonly stop: () => Promise<void>;
};

/** versitygw over a folder, on a free port. */
export async function startS3Server(program: string): Promise<S3Server> {
  const { home, remove } = await makeTemporaryHome('s3');
  const dataFolder = path.join(home, 'data');
  const spoolFolder = path.join(home, 'spool');
  const { port } = await chooseFreePorts({ port: 0 });
  const endpoint = `http://${LOCAL_HOST}:${String(port)}`;
  const child = await runChild(serverChild({ program, port, dataFolder }), home);
  const credentials = {
    accessKeyId: ACCESS_KEY_ID,
    secretAccessKey: SECRET_ACCESS_KEY,
    sessionToken: null,
  };
  const settings = { prefix: 'assets', endpoint, region: 'us-east-1', usesPathStyle: true, credentials };
  let buckets = 0;
  return {
    endpoint,
    dataFolder,
    async makeBucket() {
      const bucket = `bucket-${String(++buckets)}`;
      const client = clientOf({ ...settings, bucket, spoolFolder });
      await client.send(new CreateBucketCommand({ Bucket: bucket }));
      client.destroy();
      return { ...settings, bucket, spoolFolder };
    },
    async stop() {
      await child.stop();
      await remove();
    },
  };
}

/** The SDK as it comes, for what a test does behind the store's back. */
function clientOf({ endpoint, region, credentials }: S3Settings): S3Client {
  const { accessKeyId = '', secretAccessKey = '' } = credentials ?? {};
  return new S3Client({
    region,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
    ...(endpoint === null ? {} : { endpoint }),
  });
}

function serverChild(options: {
  readonly program: string;
  readonly port: number;
  readonly dataFolder: string;
}): ChildSpec {
  const { program, port, dataFolder } = options;
  return {
    name: 'versitygw',
    command: async () => {
      await mkdir(dataFolder, { recursive: true });
      return {
        file: program,
        args: ['--port', `${LOCAL_HOST}:${String(port)}`, '--keep-alive', 'posix', dataFolder],
        env: { ROOT_ACCESS_KEY: ACCESS_KEY_ID, ROOT_SECRET_KEY: SECRET_ACCESS_KEY },
      };
    },
    untilReady: ({ ended }) => untilAnswers(port, ended),
    readyTimeoutMs: 20_000,
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 5_000,
    endsWithItsStdin: false,
  };
}

async function untilAnswers(port: number, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    const isThere = await fetch(`http://${LOCAL_HOST}:${String(port)}/`, { signal: ended }).then(
      () => true,
      () => false,
    );
    if (isThere) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
