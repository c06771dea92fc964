import { ServiceError } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import { isTemporalAway } from '../../client/temporal-trouble.ts';

/** An error of a call, as the SDK passes it on. */
const grpcError = (code: number, details: string) =>
  new ServiceError('Workflow Update failed', {
    cause: Object.assign(new Error(details), { code, details, metadata: {} }),
  });

describe('an error that the same call may not have again counts as Temporal away', () => {
  it.each([
    [1, 'CANCELLED'],
    [2, 'UNKNOWN: an error that the server has no code for'],
    [4, 'DEADLINE_EXCEEDED'],
    [8, 'RESOURCE_EXHAUSTED'],
    [10, 'ABORTED'],
    [13, 'Received RST_STREAM with code 2 (Internal server error)'],
    [14, 'UNAVAILABLE'],
    [15, 'DATA_LOSS'],
  ])('gRPC code %i, %s', (code, details) => {
    expect(isTemporalAway(grpcError(code, details))).toBe(true);
  });
});

describe('an error that the same call will have again does not count as Temporal away', () => {
  it.each([
    [3, 'INVALID_ARGUMENT'],
    [5, 'NOT_FOUND'],
    [7, 'PERMISSION_DENIED'],
    [13, 'Request message serialization failure'],
    [16, 'UNAUTHENTICATED'],
  ])('gRPC code %i, %s', (code, details) => {
    expect(isTemporalAway(grpcError(code, details))).toBe(false);
  });

  it('an error of our own', () => {
    expect(isTemporalAway(new TypeError('x is not a function'))).toBe(false);
  });
});
