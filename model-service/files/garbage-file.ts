import type { ResultFile } from '../predictions/prediction.ts';
import type { ResultFiles } from './result-files.ts';

const ERROR_PAGE = '<!doctype html><title>502</title><h1>502 Bad Gateway</h1><p>upstream timed out</p>\n';

/** The first 32 bytes of an MP4 and nothing after them, as a broken upload leaves them. */
const TORN_FILM = Buffer.concat([
  Buffer.from([0, 0, 0, 0x20]),
  Buffer.from('ftypisom', 'latin1'),
  Buffer.from([0, 0, 2, 0]),
  Buffer.from('isomiso2avc1mp41', 'latin1'),
]);

/**
 * Stores a file of another type than it declares: the beginning of a film for a film, an error page for all else. Size
 * and checksum match.
 */
export function garbageFileOf(files: ResultFiles, name: string, contentType: string): Promise<ResultFile> {
  return files.save(name, contentType, contentType === 'video/mp4' ? TORN_FILM : Buffer.from(ERROR_PAGE));
}
