import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createOpenAiProvider } from '../../../activities/providers/openai/openai-provider.ts';
import type { WireAnswer } from './dialect.ts';
import { createContractFixture, mayPost, NEVER, submissionOf } from './contract-fixture.ts';
import { answering } from './fake-service.ts';
import { describeSynchronousProviderContract } from './provider-contract.ts';
import { OPENAI } from './subjects.ts';

describe.each(OPENAI)('the $name adapter', (subject) => {
  describeSynchronousProviderContract(subject);
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

describe.each(OPENAI)(
  'an answer of a service that speaks as OpenAI does, to the $name adapter',
  (subject) => {
    const start = createContractFixture(subject);
    const made = 'What was made';
    const base64 = Buffer.from(made).toString('base64');
    const choice = (content: unknown): WireAnswer => ({
      status: 200,
      body: { choices: [{ message: { content }, finish_reason: 'stop' }] },
    });
    const sound = (contentType: string): WireAnswer => ({
      status: 200,
      headers: { 'content-type': contentType },
      body: Buffer.from(made),
    });
    const thought = { type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] };
    const odd: Readonly<Record<string, readonly (readonly [string, WireAnswer])[]>> = {
      images: [
        [
          'a data URL as base64',
          { status: 200, body: { data: [{ b64_json: `data:image/png;base64,${base64}` }] } },
        ],
        ['a 201', { status: 201, body: { data: [{ b64_json: base64 }] } }],
        ['no error, in so many words', { status: 200, body: { error: null, data: [{ b64_json: base64 }] } }],
      ],
      chat: [
        [
          'a text in parts',
          choice([thought, { type: 'text', text: 'What ' }, { type: 'text', text: 'was made' }]),
        ],
      ],
      speech: [
        ['a media type in capitals', sound('Audio/WAV')],
        ['bytes of no type', sound('binary/octet-stream')],
        [
          'a compressed sound',
          {
            status: 200,
            headers: { 'content-type': 'audio/wav', 'content-encoding': 'gzip' },
            body: gzipSync(made),
          },
        ],
      ],
    };
    const [endpoint = ''] = subject.submission.model.split('/');

    it.each(odd[endpoint] ?? [])('is the result that was paid for: %s', async (_what, answer) => {
      const { fake, provider, submit } = await start();
      fake.setFaults({ submission: answering(answer) });
      const ended = await submit();
      const [file] = ended.outcome === 'ended' && ended.end.state === 'succeeded' ? ended.end.files : [];
      if (file === undefined) throw new Error(JSON.stringify(ended));
      const fetched = await provider.fetchResult(file, NEVER);
      expect(fetched.outcome === 'opened' && (await text(fetched.file.content))).toBe(made);
    });
  },
);
