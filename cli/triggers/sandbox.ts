import type { HoldfastClient, JobBody } from '../../client/http/http-client.ts';

/** Where an event is brought about: an account of tests. */
export type Sandbox = {
  readonly holdfast: HoldfastClient;
  readonly account: string;
  /** The body of a job; absent: the shortest work that the catalogue has. */
  readonly body: JobBody | undefined;
};
