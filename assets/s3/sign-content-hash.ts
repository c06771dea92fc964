import type { PutObjectCommand } from '@aws-sdk/client-s3';

/**
 * Signs the request over the SHA-256 of its body, which the server compares with what arrives. Otherwise the SDK signs
 * a stream as UNSIGNED-PAYLOAD, and a server would store what was changed on its way.
 */
export function signContentHash(command: PutObjectCommand, sha256: string): void {
  command.middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { headers: Record<string, string> };
      headers['x-amz-content-sha256'] = sha256;
      return next(args);
    },
    { step: 'build', name: 'signContentHash' },
  );
}
