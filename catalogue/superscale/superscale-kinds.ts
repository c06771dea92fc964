import type { KindDefinition } from '../catalogue-definition.ts';
import type { CatalogueTools } from '../catalogue-tools.ts';

export const VIDEO_DURATIONS_SECONDS = [15, 30, 60] as const;
export const VIDEO_QUALITIES = ['draft', 'standard', 'high'] as const;

/**
 * Neither has `retentionDays`: the policy (docs/credits.md) names no end, so a paid result is kept forever. A
 * deployment that must delete says so in its own catalogue.
 */
export function superscaleKinds({ z, brief }: CatalogueTools): readonly KindDefinition[] {
  return [
    { name: 'static_ad', fields: { brief }, mediaTypes: ['image/png'], subject: 'brief' },
    {
      name: 'video_ad',
      fields: {
        brief,
        duration_seconds: z.literal([...VIDEO_DURATIONS_SECONDS]).optional(),
        quality: z.enum(VIDEO_QUALITIES).optional(),
      },
      defaults: { duration_seconds: 30, quality: 'standard' },
      mediaTypes: ['video/mp4'],
      durationField: 'duration_seconds',
      priceFields: ['duration_seconds', 'quality'],
      supportFields: ['duration_seconds', 'quality'],
      subject: 'brief',
    },
  ];
}
