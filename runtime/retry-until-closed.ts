import {
  defaultGrpcRetryOptions,
  makeGrpcRetryInterceptor,
  type ConnectionOptions,
} from '@temporalio/client';

type Interceptor = NonNullable<ConnectionOptions['interceptors']>[number];
type Call = ReturnType<Parameters<Interceptor>[1]>;

/** grpc-status CANCELLED. The SDK does not retry it. */
const CANCELLED = 1;

const retry = makeGrpcRetryInterceptor(defaultGrpcRetryOptions());

/**
 * Ends the SDK's retries when the connection is closed. The SDK retries from a timer, and gRPC throws there if the
 * connection was closed meanwhile: no caller can catch that, and it ends the process. Here the call is rejected as
 * cancelled.
 */
export const retryUntilClosed: Interceptor = (options, nextCall) =>
  retry(options, (again) => {
    try {
      return nextCall(again);
    } catch (error) {
      return endedCall(`no call can be made on this connection: ${String(error)}`);
    }
  });

/** A call that sends nothing and has ended. */
function endedCall(details: string): Call {
  const nothing = () => undefined;
  return {
    start(metadata, listener) {
      listener?.onReceiveMessage?.(null);
      // The enum is of gRPC, which is not a dependency of ours.
      // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment
      listener?.onReceiveStatus?.({ code: CANCELLED, details, metadata });
    },
    cancelWithStatus: nothing,
    sendMessage: nothing,
    sendMessageWithContext: nothing,
    startRead: nothing,
    halfClose: nothing,
    getPeer: () => '',
    getAuthContext: () => null,
  };
}
