import { describeSynchronousRuns } from './synchronous-contract.ts';
import type { SynchronousSubject, ContractSubject } from './dialect.ts';
import { describeJobs } from './job-contract.ts';
import { describeLinkedResults } from './result-contract.ts';
import { describeSubmissions } from './submission-contract.ts';
import { describeWebhooks } from './webhook-contract.ts';

/** All tests of an adapter to a service whose response to a post is the run. */
export function describeSynchronousProviderContract(subject: SynchronousSubject): void {
  describeSubmissions(subject);
  describeSynchronousRuns(subject);
}

/** All tests of an adapter to a service that is polled (docs/adding-a-model-service.md). */
export function describeProviderContract(subject: ContractSubject): void {
  describeSubmissions(subject);
  describeJobs(subject);
  describeLinkedResults(subject);
  describeWebhooks(subject);
}
