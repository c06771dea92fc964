import { createContext, type ComponentChildren } from 'preact';
import { useContext, useEffect, useMemo, useState } from 'preact/hooks';
import type { ApiClient } from '../../../client/http/api-client.ts';
import { usePageParts } from './page-context.ts';

/**
 * Enough for the pictures of a long list; a film is a few MB. A dropped output is fetched again when it is shown again.
 */
const MAX_KEPT = 80;

/**
 * Fetches the bytes of outputs with the token in a header, which an `img` cannot send, and keeps them as object URLs.
 */
class ContentCache {
  readonly #client: ApiClient;
  readonly #urls = new Map<string, Promise<string>>();

  constructor(client: ApiClient) {
    this.#client = client;
  }

  get(path: string): Promise<string> {
    const kept = this.#urls.get(path) ?? this.#fetch(path);
    this.#urls.delete(path);
    this.#urls.set(path, kept);
    this.#dropOldest();
    return kept;
  }

  clear(): void {
    for (const path of [...this.#urls.keys()]) this.#drop(path);
  }

  async #fetch(path: string): Promise<string> {
    try {
      const response = await this.#client.open({ path, headers: { accept: '*/*' }, timeoutMs: 120_000 });
      return URL.createObjectURL(await response.blob());
    } catch (error) {
      this.#urls.delete(path);
      throw error;
    }
  }

  #dropOldest(): void {
    const [oldest] = this.#urls.keys();
    if (this.#urls.size > MAX_KEPT && oldest !== undefined) this.#drop(oldest);
  }

  #drop(path: string): void {
    const url = this.#urls.get(path);
    this.#urls.delete(path);
    url?.then(
      (text) => URL.revokeObjectURL(text),
      () => undefined,
    );
  }
}

const Contents = createContext<ContentCache | null>(null);

/** Shares one cache of outputs' bytes among the components within. */
export function ContentProvider(props: { readonly children: ComponentChildren }) {
  const { client } = usePageParts();
  const cache = useMemo(() => new ContentCache(client), [client]);
  useEffect(() => () => cache.clear(), [cache]);
  return <Contents.Provider value={cache}>{props.children}</Contents.Provider>;
}

type Content =
  | { readonly is: 'coming' }
  | { readonly is: 'there'; readonly url: string }
  | { readonly is: 'failed'; readonly error: unknown };

/** The object URL of an output's bytes. `path` is its `content_url`; null: nothing is fetched. */
export function useContent(path: string | null): Content {
  const cache = useContext(Contents);
  const [content, setContent] = useState<Content & { readonly path?: string | null }>({ is: 'coming' });
  useEffect(() => {
    if (path === null || cache === null) return;
    let isShown = true;
    cache.get(path).then(
      (url) => {
        if (isShown) setContent({ is: 'there', url, path });
      },
      (error: unknown) => {
        if (isShown) setContent({ is: 'failed', error, path });
      },
    );
    return () => {
      isShown = false;
    };
  }, [path, cache]);
  return content.path === path ? content : { is: 'coming' };
}
