import type { WorkflowHandle } from '@temporalio/client';

type Event = NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>[number];

/**
 * What a workflow's history costs in Temporal Cloud's billable actions, by its published rules (docs.temporal.io/cloud/actions, read in
 * November 2026): a start, an update, a signal, a timer, an upsert of search attributes each are one, an activity one for each try, all
 * local activities of a workflow task together one, and a child workflow two (its own start is one of them). Heartbeats and
 * queries are not in a history: ours begin after 0.5 s of an activity.
 */
export function billableActionsOf(events: readonly Event[]): number {
  const tasksWithMarkers = new Set<string>();
  let actions = 0;
  for (const event of events) {
    const { markerRecordedEventAttributes: marker } = event;
    if (marker) tasksWithMarkers.add(String(marker.workflowTaskCompletedEventId));
    actions += actionsOf(event);
  }
  return actions + tasksWithMarkers.size;
}

function actionsOf(event: Event): number {
  if (event.workflowExecutionStartedEventAttributes)
    return event.workflowExecutionStartedEventAttributes.parentWorkflowExecution ? 0 : 1;
  if (event.activityTaskStartedEventAttributes) return event.activityTaskStartedEventAttributes.attempt ?? 1;
  if (event.startChildWorkflowExecutionInitiatedEventAttributes) return 2;
  const isOne =
    event.workflowExecutionUpdateAcceptedEventAttributes ??
    event.workflowExecutionSignaledEventAttributes ??
    event.timerStartedEventAttributes ??
    event.upsertWorkflowSearchAttributesEventAttributes;
  return isOne ? 1 : 0;
}
