import type { ComposeService } from '../../packaging/compose-file.ts';

/** The content of an image, made from programs on this machine. */
export type Image = {
  /** Folders of its programs, before the machine's own. */
  readonly programs: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  /** Its CMD, where the file says nothing else. */
  readonly command: readonly string[];
  /** Folders that are part of it, by where they are in it. */
  readonly folders: Readonly<Record<string, string>>;
};

/** The image a service runs. Throws for one that is not on this machine. */
export type FindImage = (service: ComposeService) => Image;
