import type { Client } from '@temporalio/client';
import { expect, test } from 'vitest';
import { temporalFaults } from '../../../runtime/temporal/temporal-readiness.ts';

const EXPECTED = { namespace: 'jobs', taskQueue: 'q', searchAttributes: [], workerIdentity: null };

/** A client whose first call fails as gRPC fails it, or as the SDK does while it cannot connect. */
const failing = (error: Error): Client =>
  ({
    withDeadline: (_deadline: number, call: () => Promise<unknown>) => call(),
    connection: { operatorService: { listSearchAttributes: () => Promise.reject(error) } },
  }) as unknown as Client;

const grpcError = (code: number) =>
  Object.assign(new Error('a secret of the server'), {
    code,
    details: 'a secret of the server',
    metadata: {},
  });

test.each<[string, Error, string]>([
  ['a deadline', grpcError(4), 'Temporal did not respond within 2000 ms.'],
  ['a call that was called off', grpcError(1), 'Temporal did not respond within 2000 ms.'],
  ['no connection', grpcError(14), 'Temporal cannot be reached.'],
  ['no connection, in the SDK’s words', new Error('Failed to connect'), 'Temporal cannot be reached.'],
  ['no namespace', grpcError(5), 'Temporal has no namespace jobs.'],
  ['a role that may not', grpcError(7), 'Temporal responded with an error: PERMISSION_DENIED.'],
  ['no key', grpcError(16), 'Temporal responded with an error: UNAUTHENTICATED.'],
  ['a limit', grpcError(8), 'Temporal responded with an error: RESOURCE_EXHAUSTED.'],
  ['a fault of the server', grpcError(13), 'Temporal responded with an error: grpc-status 13.'],
])(
  'a failed call of Temporal is described without the text of the server: %s',
  async (_what, error, fault) => {
    expect(await temporalFaults(failing(error), EXPECTED, 2_000)).toEqual([fault]);
  },
);
