import {
  defaultPayloadConverter,
  type ConverterHint,
  type Payload,
  type PayloadConverter,
  type SerializationContext,
} from '@temporalio/common';
import { UNREADABLE } from '../domain/parse-value.ts';

/**
 * The SDK's converter throws on a payload that it cannot decode. For a message from outside that would fail the
 * workflow task forever; here it decodes to a value that every parser refuses (handle-message.ts). A result of an
 * activity, from our own workers, still throws: another build may be able to read it.
 */
export const payloadConverter: PayloadConverter = {
  toPayload: (value, context, hint) => defaultPayloadConverter.toPayload(value, context, hint),
  fromPayload<Value>(payload: Payload, context?: SerializationContext, hint?: ConverterHint<Value>): Value {
    if (context?.type === 'activity') return defaultPayloadConverter.fromPayload(payload, context, hint);
    try {
      return defaultPayloadConverter.fromPayload(payload, context, hint);
    } catch {
      return UNREADABLE as Value;
    }
  },
};
