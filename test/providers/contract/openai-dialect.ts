import type { AnsweringDialect, WireAnswer } from './dialect.ts';

/** platform.openai.com/docs/api-reference and /docs/guides/error-codes, from the service's side. */

const errorOf = (status: number, error: object): WireAnswer => ({ status, body: { error } });

const REFUSALS = [
  { ...errorOf(429, { code: 'rate_limit_exceeded', type: 'requests' }), means: 'capacity' },
  { ...errorOf(429, { code: 'insufficient_quota', type: 'insufficient_quota' }), means: 'our_balance' },
  {
    ...errorOf(400, { code: 'moderation_blocked', type: 'image_generation_user_error' }),
    means: 'moderated_input',
  },
  {
    ...errorOf(400, { code: 'content_policy_violation', type: 'invalid_request_error' }),
    means: 'moderated_input',
  },
  { ...errorOf(404, { code: 'model_not_found', type: 'invalid_request_error' }), means: 'our_configuration' },
] as const;

function dialectOf(
  path: string,
  answerOf: AnsweringDialect['answerOf'],
  more: Pick<AnsweringDialect, 'usual' | 'failures' | 'nonsense'>,
): AnsweringDialect {
  return {
    ...more,
    refusals: REFUSALS,
    answerOf,
    isSubmission: (request) => request.method === 'POST' && request.path === path,
    handle({ json, path: asked }, jobs) {
      if (asked !== path) return errorOf(404, { type: 'invalid_request_error' });
      jobs.add(`req_${String(jobs.all().length)}`, json);
      return answerOf(more.usual);
    },
  };
}

const FAILED_INSIDE = {
  what: 'a failure inside a success',
  answer: { status: 200, body: { error: { code: 'upstream_error', message: 'The model fell over.' } } },
  end: { state: 'failed', reason: 'failed', errorClass: 'retry_same_job', billed: 'unknown' },
};

const FAILURES_INSIDE = [
  FAILED_INSIDE,
  {
    ...FAILED_INSIDE,
    what: 'a failure whose code is a number',
    answer: { status: 200, body: { error: { code: 500, type: null, message: 'The model fell over.' } } },
  },
  {
    ...FAILED_INSIDE,
    what: 'a text as failure',
    answer: { status: 200, body: { error: 'The model fell over.' } },
  },
] as const;

const NOTHING_IN_IT = { state: 'failed', reason: 'zero_outputs', billed: 'yes' };

export const imagesDialect = (usual: Buffer) =>
  dialectOf(
    '/v1/images/generations',
    (...files) => ({
      status: 200,
      headers: { 'x-request-id': 'req_1' },
      body: { created: 1, data: files.map((file) => ({ b64_json: file.toString('base64') })), usage: {} },
    }),
    {
      usual,
      failures: [
        ...FAILURES_INSIDE,
        ...[[17], [null], [{ b64_json: 17 }], [{ url: { href: 'x' } }]].map((data) => ({
          what: `the pictures ${JSON.stringify(data)}`,
          answer: { status: 200, body: { data } },
          end: NOTHING_IN_IT,
        })),
      ],
      nonsense: [
        { status: 200, body: { created: 1 } },
        { status: 200, body: { data: 'none' } },
      ],
    },
  );

const chatAnswer = (choice: object): WireAnswer => ({
  status: 200,
  headers: { 'x-request-id': 'req_1' },
  body: { id: 'chatcmpl-1', object: 'chat.completion', choices: [choice], usage: { total_tokens: 20 } },
});

export const chatDialect = (usual: Buffer) =>
  dialectOf(
    '/v1/chat/completions',
    (...files) =>
      chatAnswer({
        index: 0,
        message: { role: 'assistant', content: files.map(String).join(''), refusal: null },
        finish_reason: 'stop',
      }),
    {
      usual,
      failures: [
        ...FAILURES_INSIDE,
        ...[
          17,
          null,
          { message: 'Once' },
          { message: { content: [{ text: 'Once' }] } },
          { finish_reason: 7 },
        ].map((choice) => ({
          what: `the choice ${JSON.stringify(choice)}`,
          answer: { status: 200, body: { choices: [choice] } },
          end: NOTHING_IN_IT,
        })),
        {
          what: 'a filtered text',
          answer: chatAnswer({ message: { content: 'Once' }, finish_reason: 'content_filter' }),
          end: { state: 'failed', errorClass: 'moderated_output', billed: 'yes' },
        },
        {
          what: 'a refusal',
          answer: chatAnswer({ message: { content: null, refusal: 'I cannot.' }, finish_reason: 'stop' }),
          end: { state: 'failed', errorClass: 'moderated_output', billed: 'yes' },
        },
        {
          what: 'half a text',
          answer: chatAnswer({ message: { content: 'Once upon' }, finish_reason: 'length' }),
          end: { state: 'failed', errorClass: 'retry_same_job', billed: 'yes' },
        },
      ],
      nonsense: [{ status: 200, body: { id: 'chatcmpl-1' } }],
    },
  );

export const speechDialect = (usual: Buffer) =>
  dialectOf(
    '/v1/audio/speech',
    (...files) => ({
      status: 200,
      headers: { 'content-type': 'audio/wav', 'x-request-id': 'req_1' },
      body: Buffer.concat(files),
    }),
    {
      usual,
      failures: FAILURES_INSIDE,
      nonsense: [{ status: 200, headers: { 'content-type': 'text/html' }, body: Buffer.from('<html>') }],
    },
  );
