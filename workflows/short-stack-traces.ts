/**
 * The SDK takes a stack trace of every promise in workflow code, for the call stack in Temporal UI: a quarter of the
 * cost of workflow code, most of it in source-map look-ups. Of three frames two are the SDK's hook, and the third says
 * where the workflow waits. Errors keep three frames too.
 *
 * Evaluated in the sandbox when a worker starts (runtime/temporal/workflow-sources.ts), before the SDK freezes its
 * globals.
 */
Error.stackTraceLimit = 3;
