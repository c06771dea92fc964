import type { Attempt } from '../../domain/work/attempt.ts';
import type { ExpectedContent } from '../content/check-content.ts';

/** What the result of an attempt must be. */
export function expectedContentOf({ mediaType, durationSeconds, dimensions }: Attempt): ExpectedContent {
  return { mediaTypes: [mediaType], durationSeconds, ...dimensions };
}
