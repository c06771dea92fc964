import { createHmac, timingSafeEqual } from 'node:crypto';

/** A link's output and account, and when it ends, in seconds since the epoch. */
export type LinkedOutput = {
  readonly accountId: string;
  readonly outputId: string;
  readonly expires: number;
};

/** Signs and verifies links to outputs. */
export type OutputLinks = {
  /** The address of the bytes, under the address of the API. */
  readonly pathOf: (output: LinkedOutput) => string;
  /** Whether a signature is valid for this output and end, by any secret. An end in the past is still valid here. */
  readonly isSigned: (output: LinkedOutput, signature: string) => boolean;
};

/** @param secrets the first signs; all are accepted, so that links outlive a rotation. */
export function createOutputLinks(secrets: readonly [string, ...string[]]): OutputLinks {
  return {
    pathOf: (output) => {
      const query = new URLSearchParams({
        account: output.accountId,
        expires: String(output.expires),
        signature: signatureOf(secrets[0], output).toString('base64url'),
      });
      return `/v1/outputs/${output.outputId}/linked_content?${query.toString()}`;
    },
    isSigned: (output, signature) => {
      const sent = Buffer.from(signature, 'base64url');
      return secrets
        .map((secret) => signatureOf(secret, output))
        .some((right) => right.length === sent.length && timingSafeEqual(right, sent));
    },
  };
}

/** The signed text. None of its parts has a line end, so no other link has the same text. */
function signatureOf(secret: string, { accountId, outputId, expires }: LinkedOutput): Buffer {
  return createHmac('sha256', secret)
    .update(['output link', accountId, outputId, String(expires)].join('\n'), 'utf8')
    .digest();
}
