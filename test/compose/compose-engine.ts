export type Output = { readonly code: number; readonly stdout: string; readonly stderr: string };

export type HttpRequest = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
};

/**
 * docker-compose.yml, run: by a container engine (`npm run compose:check`), or by processes in namespaces of their own where there
 * is none (test/image/).
 */
export type ComposeEngine = {
  /** What `.env` holds. A change is seen by the next `up` and `run`. */
  readonly variables: Record<string, string>;
  /** As `docker compose up --detach --wait`. */
  up(): Promise<void>;
  /** As `docker compose down`: the volumes stay. */
  down(): Promise<void>;
  /** As `docker compose run --rm`. */
  run(service: string, args: readonly string[]): Promise<Output>;
  /** Has a service's process die at once, as of a crash. Its restart policy brings it back. */
  crash(service: string): Promise<void>;
  untilHealthy(service: string): Promise<void>;
  /** Calls the API at its published port. The body of the response comes as latin1 text: a picture's bytes survive it. Throws when
   * nothing responds. */
  request(request: HttpRequest): Promise<{ readonly status: number; readonly text: string }>;
};
