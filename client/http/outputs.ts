import { pathSegment } from './path-segment.ts';
import { hexOf } from './hex.ts';
import { HoldfastError } from './holdfast-error.ts';
import type { CallOptions, KeyedOptions, Transport } from './transport.ts';
import { Listing } from './listing.ts';
import type {
  LinkBody,
  Output,
  OutputLink,
  OutputReference,
  OutputWithLineage,
  ReportBody,
  Review,
} from './wire-types.ts';

/** The bytes of an output, checked against its sha256. */
export type JobFile = {
  readonly outputId: string;
  /** In a batch: the number of its item, from 0. */
  readonly item: number;
  readonly variation: number;
  /** A file name: the output's id, with its media type's ending. */
  readonly name: string;
  readonly contentType: string;
  readonly sha256: string;
  readonly bytes: Uint8Array;
};

const ENDINGS: Readonly<Record<string, string>> = {
  'image/png': '.png',
  'image/jpeg': '.jpg',
  'image/webp': '.webp',
  'video/mp4': '.mp4',
  'audio/mpeg': '.mp3',
  'audio/wav': '.wav',
};

/** The limit of a download: a film over a slow line. */
const DOWNLOAD_MS = 10 * 60_000;

/** `holdfast.outputs` */
export class Outputs {
  protected readonly transport: Transport;

  constructor(transport: Transport) {
    this.transport = transport;
  }

  retrieve(id: string, options: CallOptions = {}): Promise<OutputWithLineage> {
    return this.transport.json<OutputWithLineage>({ ...options, path: outputPath(id) });
  }

  /** Its bytes, in memory. Downloads are free. */
  async download(output: Output, options: CallOptions = {}): Promise<JobFile> {
    const { contentUrl, ...facts } = contentOf(output);
    const bytes = await this.transport.send(downloadOf(contentUrl, options), async (response) => {
      const received = new Uint8Array(await response.arrayBuffer());
      requireSha256(output, hexOf(new Uint8Array(await crypto.subtle.digest('SHA-256', received))));
      return received;
    });
    return { ...facts, bytes };
  }

  /** The pictures of its brief, in order. */
  async references(id: string, options: CallOptions = {}): Promise<readonly OutputReference[]> {
    const path = `${outputPath(id)}/references`;
    return new Listing<OutputReference>(this.transport, { ...options, path }).toArray();
  }

  /** The bytes of one of them, by its number. */
  reference(id: string, number: number, options: CallOptions = {}): Promise<Response> {
    const path = `${outputPath(id)}/references/${String(number)}/content`;
    return this.transport.open({ ...options, path, headers: { accept: 'image/*' } });
  }

  /** A link to the bytes that needs no key, and expires. */
  link(id: string, body: LinkBody = {}, options: CallOptions = {}): Promise<OutputLink> {
    return this.transport.json<OutputLink>({ ...options, path: `${outputPath(id)}/links`, body });
  }

  /** Reports an output that cannot be used; support decides. */
  report(id: string, body: ReportBody, options: KeyedOptions = {}): Promise<Review> {
    return this.transport.json<Review>({ ...options, path: `${outputPath(id)}/reports`, body });
  }
}

/** The file name of an output. */
export function fileNameOf(output: Pick<Output, 'id' | 'content_type'>): string {
  return `${output.id}${ENDINGS[output.content_type ?? ''] ?? ''}`;
}

const outputPath = (id: string) => `/v1/outputs/${pathSegment(id)}`;

/** The call that reads the bytes. */
export function downloadOf(contentUrl: string, options: CallOptions) {
  return { timeoutMs: DOWNLOAD_MS, ...definedOf(options), path: contentUrl, headers: { accept: '*/*' } };
}

/** Drops undefined fields, which would override defaults. */
function definedOf(options: CallOptions): CallOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** The content's address and metadata. Throws RangeError for an output without content. */
export function contentOf(output: Output) {
  const { content_url, content_type, sha256 } = output;
  if (content_url === null || content_type === null || sha256 === null) {
    throw new RangeError(`${output.id} has no content: it is ${output.state}`);
  }
  const name = fileNameOf(output);
  const { id: outputId, item, variation } = output;
  return { outputId, item, variation, name, contentType: content_type, sha256, contentUrl: content_url };
}

/** Throws HoldfastError `content_mismatch`: the bytes are not those that were delivered. */
export function requireSha256(output: Output, received: string): void {
  if (received === output.sha256) return;
  throw new HoldfastError(`${output.id}: what was received has another sha256 than the output`, {
    code: 'content_mismatch',
    retryable: true,
    billed: 'no',
  });
}
