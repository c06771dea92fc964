/** The choices of a film, and its stages. */

export const VIDEO_DURATIONS_SECONDS = [15, 30, 60] as const;
export type VideoDurationSeconds = (typeof VIDEO_DURATIONS_SECONDS)[number];

export const VIDEO_QUALITIES = ['draft', 'standard', 'high'] as const;
export type VideoQuality = (typeof VIDEO_QUALITIES)[number];

export const STAGE_NAMES = ['script', 'scenes', 'motion', 'voice', 'captions', 'render'] as const;
export type StageName = (typeof STAGE_NAMES)[number];

/** Scenes of a film, and so of its script. */
export const FILM_SCENES = 4;
