import { createHmac, timingSafeEqual } from 'node:crypto';

/** An output that a link is for: whose, which, and until when the link holds, in seconds since the epoch. */
export type LinkedOutput = {
  readonly accountId: string;
  readonly outputId: string;
  readonly expires: number;
};

/** Signs links to the bytes of outputs, and reads them again. */
export type OutputLinks = {
  /** The address of the bytes, under the address of the API. */
  readonly pathOf: (output: LinkedOutput) => string;
  /** Whether a signature is of this output and end, by any of the secrets. Of an end that has passed it still is. */
  readonly isSigned: (output: LinkedOutput, signature: string) => boolean;
};

/** @param secrets the first signs; each of them is believed, so that links outlive a rotation. */
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

/** Of what the link is for, and of nothing that could be read as another: no part of it has a line end. */
function signatureOf(secret: string, { accountId, outputId, expires }: LinkedOutput): Buffer {
  return createHmac('sha256', secret)
    .update(['output link', accountId, outputId, String(expires)].join('\n'), 'utf8')
    .digest();
}
