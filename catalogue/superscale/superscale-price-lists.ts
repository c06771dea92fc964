import type { PriceListDefinition } from '../catalogue-definition.ts';
import type { CatalogueTools } from '../catalogue-tools.ts';

/** In credits (docs/credits.md, "Prices"). A published version never changes; a new price is a new version. */
export function superscalePriceLists({ flat, table }: CatalogueTools): readonly PriceListDefinition[] {
  return [
    {
      name: 'standard',
      version: 1,
      prices: {
        static_ad: flat(35),
        video_ad: table(['duration_seconds', 'quality'], {
          15: { draft: 500, standard: 600, high: 700 },
          30: { draft: 600, standard: 700, high: 800 },
          60: { draft: 700, standard: 800, high: 900 },
        }),
        chat_message: flat(1),
      },
      planning: { statics: 35, videos: 700 },
    },
  ];
}
