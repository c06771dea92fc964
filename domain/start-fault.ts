/**
 * A fault that keeps a process from starting and that its operator can mend. The message says what is wrong and what to
 * set or start; a process shows it without a stack trace.
 */
export class StartFault extends Error {
  override readonly name: string = 'StartFault';
}
