/** The next automatic action for an output, for support to read. */
type NextAction = {
  readonly action: 'stop_and_return' | 'reconciler_returns';
  /** RFC 3339. */
  readonly at: string;
  readonly detail: string;
};

/**
 * Of an open reservation: at `return_by` its workflow stops what runs and returns the credits; past that, or without a
 * workflow, the reconciler does, in its next run. Null: it is settled.
 */
export function nextActionOf(output: {
  readonly isOpen: boolean;
  readonly returnBy: Date;
  readonly now: Date;
  readonly isUnknown: boolean;
}): NextAction | null {
  if (!output.isOpen) return null;
  const at = output.returnBy.toISOString();
  if (output.returnBy <= output.now) {
    return {
      action: 'reconciler_returns',
      at,
      detail: 'Past its time: the reconciler returns the credits within a minute and one of its intervals.',
    };
  }
  return {
    action: 'stop_and_return',
    at,
    detail: output.isUnknown
      ? 'The provider is asked again until then; what is not known by then is stopped, and the credits return.'
      : 'What runs is followed until then; then it is stopped, and the credits return.',
  };
}
