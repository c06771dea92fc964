import { describe, expect, it } from 'vitest';
import { createOpenAiProvider } from '../../../activities/providers/openai/openai-provider.ts';
import { mayPost, NEVER, submissionOf } from './contract-fixture.ts';
import { describeAnsweringProviderContract } from './provider-contract.ts';
import { OPENAI } from './subjects.ts';

describe.each(OPENAI)('the $name adapter', (subject) => {
  describeAnsweringProviderContract(subject);
});

it('the OpenAI adapter rejects a model name without its endpoint, and sends no request', async () => {
  const provider = createOpenAiProvider({
    name: 'openai',
    baseUrl: 'http://127.0.0.1:1/v1/',
    apiKey: 'sk-1',
  });
  const submission = { ...submissionOf(OPENAI[0]!, 'att_a_0_render_1'), model: 'gpt-image-1' };
  expect(await provider.submit(submission, mayPost, NEVER)).toEqual({
    outcome: 'rejected',
    errorClass: 'our_configuration',
    retryAfterMs: null,
  });
});
