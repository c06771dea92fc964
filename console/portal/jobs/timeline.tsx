import { useEffect, useState } from 'preact/hooks';
import type { Page } from '../../../client/http/listing.ts';
import type { JobEvent } from '../../../client/http/wire-types.ts';
import type { ApiClient } from '../../../client/http/api-client.ts';
import { usePageParts } from '../../shared/data/page-context.ts';
import { clockText, exactText } from '../../shared/parts/instant.tsx';
import { ErrorNotice, Loading } from '../../shared/parts/notice.tsx';
import { eventText, isMilestone } from './event-words.ts';

/** The events of a job in words, oldest first, as they happen. */
export function Timeline({ jobId }: { readonly jobId: string }) {
  const { events, error, reload } = useJobEvents(jobId);
  if (events === null) {
    return error === null ? (
      <Loading label="What happened" />
    ) : (
      <ErrorNotice error={error} onRetry={reload} />
    );
  }
  const milestones = events.filter((event, index) => isMilestone(event, events[index - 1]));
  return (
    <ol class="timeline" data-last-seq={events.at(-1)?.seq ?? 0} data-events={events.length}>
      {milestones.map((event) => (
        <li key={event.seq} class="timeline-item">
          <span class={`timeline-dot timeline-${event.type.replaceAll('.', '-')}`} aria-hidden="true" />
          <span class="timeline-text">{eventText(event)}</span>
          <time class="muted small" dateTime={event.created_at} title={exactText(event.created_at)}>
            {clockText(event.created_at)}
          </time>
        </li>
      ))}
    </ol>
  );
}

type Known = { readonly events: readonly JobEvent[] | null; readonly error: unknown };

/**
 * All events of a job, each once. After each event of the live feed and after each break it reads those after the last
 * known one, so none is missing whatever the feed skipped.
 */
function useJobEvents(jobId: string): Known & { readonly reload: () => void } {
  const { client, feed } = usePageParts();
  const [known, setKnown] = useState<Known>({ events: null, error: null });
  const [tries, setTries] = useState(0);
  useEffect(() => {
    const stopped = new AbortController();
    let events: readonly JobEvent[] = [];
    let isReading = false;
    let isDue = false;
    const read = async () => {
      isDue = true;
      if (isReading) return;
      isReading = true;
      try {
        while (isDue && !stopped.signal.aborted) {
          isDue = false;
          events = await readOn(client, jobId, events, stopped.signal);
          setKnown({ events, error: null });
        }
      } catch (error) {
        if (!stopped.signal.aborted) setKnown({ events: events.length === 0 ? null : events, error });
      }
      isReading = false;
    };
    void read();
    const stopListening = feed?.listen((news) => {
      if (news.is !== 'event' || news.event.job_id === jobId) void read();
    });
    return () => {
      stopped.abort();
      stopListening?.();
    };
  }, [client, feed, jobId, tries]);
  return { ...known, reload: () => setTries((count) => count + 1) };
}

async function readOn(
  client: ApiClient,
  jobId: string,
  known: readonly JobEvent[],
  signal: AbortSignal,
): Promise<readonly JobEvent[]> {
  let events = known;
  for (;;) {
    const after = events.at(-1)?.seq ?? 0;
    const path = `/v1/jobs/${encodeURIComponent(jobId)}/events`;
    const page = await client.request<Page<JobEvent>>({ path, query: { after, limit: 100 }, signal });
    events = [...events, ...page.data.filter(({ seq }) => seq > after)];
    if (page.next_cursor === null || page.data.length === 0) return events;
  }
}
