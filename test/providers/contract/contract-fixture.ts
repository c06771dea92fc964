import { afterEach } from 'vitest';
import type { Provider, SubmitResult } from '../../../activities/providers/provider.ts';
import { drawWebhookAddress } from '../../../activities/provider-webhooks/draw-webhook-address.ts';
import type { ContractSubject } from './dialect.ts';
import { isUnending, startFakeService, type Fault, type FakeService } from './fake-service.ts';

/** For a fault that ends by this limit alone: short enough to wait for. */
export const SUBMIT_TIMEOUT_MS = 400;

/** For all that ends by itself: longer than a busy machine takes. */
const PATIENT_TIMEOUT_MS = 20_000;

/** The limit of a submission that meets a fault. */
export const submitTimeoutFor = (fault: Fault): number =>
  isUnending(fault) ? SUBMIT_TIMEOUT_MS : PATIENT_TIMEOUT_MS;

export const NEVER = new AbortController().signal;
export const mayPost = () => Promise.resolve(true);

type Started = {
  readonly fake: FakeService;
  readonly provider: Provider;
  readonly submit: (reference?: string, signal?: AbortSignal, may?: typeof mayPost) => Promise<SubmitResult>;
  /** Submits a job that the service accepts; returns its id at the service. */
  readonly accept: () => Promise<string>;
};

/** Starts fakes and adapters for the tests of one describe block, and closes them after each. */
export function createContractFixture(subject: ContractSubject) {
  const started: FakeService[] = [];
  afterEach(async () => {
    await Promise.all(started.splice(0).map((fake) => fake.close()));
  });
  return async (submitTimeoutMs = PATIENT_TIMEOUT_MS): Promise<Started> => {
    const fake = await startFakeService(subject.dialect);
    started.push(fake);
    const provider = subject.createProvider({ baseUrl: fake.url, submitTimeoutMs });
    const submit: Started['submit'] = (reference = 'att_a_0_render_1', signal = NEVER, may = mayPost) =>
      provider.submit(submissionOf(subject, reference), may, signal);
    return {
      fake,
      provider,
      submit,
      async accept() {
        const result = await submit();
        if (result.outcome !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(result)}`);
        return result.providerJobId;
      },
    };
  };
}

export function submissionOf({ name, submission }: ContractSubject, reference: string) {
  // The webhook address contains the reference: a service without a look-up is searched by that.
  const { url: webhookUrl } = drawWebhookAddress('https://holdfast.test', name, reference);
  return { ...submission, reference, deadlineSeconds: 60, webhookUrl };
}
