import { z } from 'zod';
import { lenient } from '../http/answer-fields.ts';
import { filesIn } from '../http/output-files.ts';
import { headerOf, type Answer } from '../http/read-answer.ts';
import type { ResultFile, RunEnd } from '../provider.ts';

/** An endpoint for one kind of result, and how its answer is read. Paths follow the version in the base address. */
export type Endpoint = {
  readonly path: string;
  /** Null: the answer cannot be read, and nothing is known of the run. */
  readonly endOf: (answer: Answer) => RunEnd | null;
};

/** The cost of a run is not in the answer: it has tokens at most, and prices change. */
const BILLED = { cost: null, billed: 'yes' } as const;
const PERHAPS_BILLED = { cost: null, billed: 'unknown' } as const;

/** Services with OpenAI's protocol may have numbers as codes, and texts as errors. */
const ERROR = z.object({
  error: z.union([
    z.object({ code: lenient(z.string()), type: lenient(z.string()) }),
    z
      .string()
      .min(1)
      .transform(() => ({ code: null, type: null })),
  ]),
});

/** A list proves that there was a run, which cannot be asked about again. A malformed entry counts as no file. */
const IMAGES = z.object({ data: z.array(z.unknown()) });
const IMAGE = z.object({ b64_json: lenient(z.string()), url: lenient(z.string()) });

const CHAT = z.object({ choices: z.array(z.unknown()) });
/** Some services write a text in parts, beside which there may be others, such as what the model thought. */
const TEXT_PARTS = z
  .array(lenient(z.object({ type: z.literal('text'), text: z.string() })))
  .transform((parts) => parts.map((part) => part?.text ?? '').join(''));
const CHOICE = z.object({
  message: lenient(
    z.object({ content: lenient(z.union([z.string(), TEXT_PARTS])), refusal: lenient(z.string()) }),
  ),
  finish_reason: lenient(z.string()),
});

/** A page of a gateway is none. The bytes are checked later. */
const SOUND = /^(audio\/|(application|binary)\/octet-stream)/i;

/** Further pictures are ignored. */
const MAX_IMAGES = 100;

/** Returns the error in an answer, whatever its status; undefined: there is none. */
export function errorOf({ json }: Answer): { readonly code: string } | undefined {
  const error = ERROR.safeParse(json).data?.error;
  return error && { code: error.code ?? error.type ?? 'unknown' };
}

/**
 * By the first part of a model's name (platform.openai.com/docs/api-reference: images/create, chat/create,
 * audio/createSpeech).
 */
export const ENDPOINTS: ReadonlyMap<string, Endpoint> = new Map([
  ['images', { path: 'images/generations', endOf: failedInside(endOfImages) }],
  ['chat', { path: 'chat/completions', endOf: failedInside(endOfChat) }],
  ['speech', { path: 'audio/speech', endOf: failedInside(endOfSpeech) }],
]);

/** Reads an error in a 200 too: some services respond so to a failed run. */
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
      const named = filesIn(base64 || url);
      if (!base64 || named.length > 0) return named;
      return [{ at: 'answer', content: Buffer.from(base64, 'base64') }];
    }),
  );
}

function endOfChat({ json }: Answer): RunEnd | null {
  const chat = CHAT.safeParse(json).data;
  if (chat === undefined) return null;
  const choice = CHOICE.safeParse(chat.choices[0]).data;
  if (choice?.finish_reason === 'content_filter' || choice?.message?.refusal)
    return { state: 'failed', errorClass: 'moderated_output', reason: 'failed', ...BILLED };
  // The text was cut off at its token limit.
  if (choice?.finish_reason === 'length')
    return { state: 'failed', errorClass: 'retry_same_job', reason: 'failed', ...BILLED };
  const text = choice?.message?.content ?? '';
  return succeeded(text === '' ? [] : [{ at: 'answer', content: Buffer.from(text) }]);
}

function endOfSpeech(answer: Answer): RunEnd | null {
  const { bytes } = answer;
  if (bytes === null || !SOUND.test(headerOf(answer, 'content-type') ?? '')) return null;
  return succeeded(bytes.length === 0 ? [] : [{ at: 'answer', content: bytes }]);
}

function succeeded(files: readonly ResultFile[]): RunEnd {
  return files.length === 0
    ? { state: 'failed', errorClass: 'retry_same_job', reason: 'zero_outputs', ...BILLED }
    : { state: 'succeeded', files, ...BILLED };
}
