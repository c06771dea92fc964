import type { WorkItem } from '../../../../domain/work/job-request.ts';
import { usePrice } from '../../../../domain/prices/price-list.ts';
import { SUPERSCALE_PRICING } from '../../../harness/superscale.ts';
import type { EditSource } from '../../../../domain/work/work.ts';
import { priceRequest } from '../../../../domain/prices/quote.ts';
import { parseFigure } from './read-page.ts';

const LINE = /^(?<items>\S.*?) +→ (?<credits>[\d,]+)$/;
const ITEM =
  /^(?<count>an?|\d+) (?<edit>edit of a )?(?:(?<static>static ads?)|videos? of (?<seconds>15|30|60) s in (?<quality>draft|standard|high)|(?<chat>chat messages?))$/;

/** A line of a ```quotes block: what the page says it costs, and what it does cost. Throws for one that is not of the language. */
export function quoteLine(line: string): { readonly said: number; readonly cost: number } {
  const found = LINE.exec(line)?.groups;
  if (found === undefined) throw new RangeError(`not a line of a quote: "${line}"`);
  const sources = new Map<string, EditSource>();
  const items: WorkItem[] = [];
  let chats = 0;
  for (const text of (found['items'] ?? '').split(' + ')) {
    const words = ITEM.exec(text)?.groups;
    if (words === undefined) throw new RangeError(`not an item of a quote: "${text}"`);
    const count = /^\d/.test(words['count'] ?? '') ? Number(words['count']) : 1;
    if (words['chat'] !== undefined) {
      chats += count;
      continue;
    }
    const made: EditSource =
      words['static'] === undefined
        ? {
            kind: 'video_ad',
            duration_seconds: Number(words['seconds']),
            quality: words['quality'],
          }
        : { kind: 'static_ad' };
    if (words['edit'] === undefined) items.push({ ...made, variations: count });
    else {
      const id = `out_${String(sources.size)}`;
      sources.set(id, made);
      items.push({ kind: 'edit', source_output_id: id, variations: count });
    }
  }
  const price = priceRequest({ kind: 'batch', items }, SUPERSCALE_PRICING, (id) => sources.get(id));
  return {
    said: parseFigure(found['credits'] ?? ''),
    cost: price.total + chats * usePrice(SUPERSCALE_PRICING.priceList, 'chat_message'),
  };
}
