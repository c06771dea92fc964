import { z } from 'zod';
import { beside } from '../http/answer-fields.ts';
import { filesIn } from '../http/output-files.ts';
import { headerOf, type Answer } from '../http/read-answer.ts';
import type { ResultFile, RunEnd } from '../provider.ts';

/** What makes one kind of thing, and how its answer is read. Paths go on from the version in the base address. */
export type Endpoint = {
  readonly path: string;
  /** Null: the answer is not understood, and nothing is known of the run. */
  readonly endOf: (answer: Answer) => RunEnd | null;
};

/** What a run cost is not in the answer: it holds tokens at most, and prices change. */
const BILLED = { cost: null, billed: 'yes' } as const;
const PERHAPS_BILLED = { cost: null, billed: 'unknown' } as const;

/** Services that speak as OpenAI does give numbers for codes, and texts for errors. */
const ERROR = z.object({
  error: z.union([
    z.object({ code: beside(z.string()), type: beside(z.string()) }),
    z
      .string()
      .min(1)
      .transform(() => ({ code: null, type: null })),
  ]),
});

/** The list says that there was a run, which cannot be asked about again: an entry that is odd is none of what it made. */
const IMAGES = z.object({ data: z.array(z.unknown()) });
const IMAGE = z.object({ b64_json: beside(z.string()), url: beside(z.string()) });

const CHAT = z.object({ choices: z.array(z.unknown()) });
const CHOICE = z.object({
  message: beside(z.object({ content: beside(z.string()), refusal: beside(z.string()) })),
  finish_reason: beside(z.string()),
});

/** More than are looked at. */
const MAX_IMAGES = 100;

/** The error in an answer, whatever its status; undefined when there is none. */
export function errorOf({ json }: Answer): { readonly code: string } | undefined {
  const error = ERROR.safeParse(json).data?.error;
  return error && { code: error.code ?? error.type ?? 'unknown' };
}

/** platform.openai.com/docs/api-reference: images/create, chat/create, audio/createSpeech. */
export const ENDPOINTS: ReadonlyMap<string, Endpoint> = new Map([
  ['images', { path: 'images/generations', endOf: failedInside(endOfImages) }],
  ['chat', { path: 'chat/completions', endOf: failedInside(endOfChat) }],
  ['speech', { path: 'audio/speech', endOf: failedInside(endOfSpeech) }],
]);

/** Some services answer 200 to what has failed. */
function failedInside(endOf: Endpoint['endOf']): Endpoint['endOf'] {
  return (answer) =>
    errorOf(answer) === undefined
      ? endOf(answer)
      : { state: 'failed', errorClass: 'retry_same_job', reason: 'failed', ...PERHAPS_BILLED };
}

function endOfImages({ json }: Answer): RunEnd | null {
  const images = IMAGES.safeParse(json).data?.data;
  if (images === undefined) return null;
  return succeeded(
    images.slice(0, MAX_IMAGES).flatMap((image): readonly ResultFile[] => {
      const { b64_json: base64 = null, url = null } = IMAGE.safeParse(image).data ?? {};
      if (base64) return [{ at: 'answer', content: Buffer.from(base64, 'base64') }];
      return filesIn(url);
    }),
  );
}

function endOfChat({ json }: Answer): RunEnd | null {
  const chat = CHAT.safeParse(json).data;
  if (chat === undefined) return null;
  const choice = CHOICE.safeParse(chat.choices[0]).data;
  if (choice?.finish_reason === 'content_filter' || choice?.message?.refusal)
    return { state: 'failed', errorClass: 'moderated_output', reason: 'failed', ...BILLED };
  // Cut off at its limit of tokens: half a text.
  if (choice?.finish_reason === 'length')
    return { state: 'failed', errorClass: 'retry_same_job', reason: 'failed', ...BILLED };
  const text = choice?.message?.content ?? '';
  return succeeded(text === '' ? [] : [{ at: 'answer', content: Buffer.from(text) }]);
}

function endOfSpeech(answer: Answer): RunEnd | null {
  const { bytes } = answer;
  if (bytes === null || !/^(audio|application\/octet-stream)/.test(headerOf(answer, 'content-type') ?? ''))
    return null;
  return succeeded(bytes.length === 0 ? [] : [{ at: 'answer', content: bytes }]);
}

function succeeded(files: readonly ResultFile[]): RunEnd {
  return files.length === 0
    ? { state: 'failed', errorClass: 'retry_same_job', reason: 'zero_outputs', ...BILLED }
    : { state: 'succeeded', files, ...BILLED };
}
