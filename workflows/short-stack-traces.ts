/**
 * The SDK takes a stack trace of every promise that workflow code makes, for its call stack in Temporal UI: a quarter of what workflow
 * code costs, most of it in frames that are looked up in the source map. Of three frames two are the SDK's hook; the third says where
 * the workflow waits. A workflow's errors keep the three next to the throw.
 *
 * Evaluated when a worker starts (runtime/temporal/workflow-sources.ts), in the sandbox alone: afterwards the SDK freezes the sandbox's globals.
 */
Error.stackTraceLimit = 3;
