import type { ApiCall, CallOptions, Transport } from './transport.ts';
import type { Preview } from './wire-types.ts';

/** Of a call that was decided on a preview. */
export type DecidedOptions = CallOptions & {
  /** The preview's `as_of`: the call is refused (`acted_since`) where another has done the same since. */
  readonly asOf?: string | undefined;
};

/** Why a call is made, for the record, where it may be left out. */
export type ReasonedOptions = DecidedOptions & { readonly reason?: string | undefined };

/** What a call would do now. Nothing is done. */
export function preview(transport: Transport, call: ApiCall): Promise<Preview> {
  const { body = {} } = call;
  return transport.json<Preview>({ ...call, body: { ...(body as object), dry_run: true } });
}

/** The same of a call with a reason alone, which a preview does not record. */
export const NO_REASON_YET = 'Dry run';
