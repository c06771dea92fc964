import type { PredictionInput } from './prediction-request.ts';
import type { StageName } from '../film-options.ts';

/**
 * What a prediction makes, and the price that this service charges its customer (us). US dollars as text, never a
 * float.
 */
type Product = { readonly contentType: string; readonly price: string };

const PICTURE: Product = { contentType: 'image/png', price: '0.0040' };

/** The stages of a film. With four scenes a film costs 0.1200. */
export const PRODUCT_OF_STAGE: Readonly<Record<StageName, Product>> = {
  script: { contentType: 'application/json', price: '0.0030' },
  scenes: PICTURE,
  motion: { contentType: 'video/mp4', price: '0.0200' },
  voice: { contentType: 'audio/mp4', price: '0.0080' },
  captions: { contentType: 'text/vtt', price: '0.0030' },
  render: { contentType: 'video/mp4', price: '0.0100' },
};

const SCRIPT_OF_SOUND: Product = { contentType: 'application/json', price: '0.0010' };
const SOUND: Product = { contentType: 'audio/mp4', price: '0.0060' };

export function productOf(input: PredictionInput): Product {
  switch (input.kind) {
    case 'static_ad':
      return PICTURE;
    case 'video_ad':
      return PRODUCT_OF_STAGE[stageOf(input)];
    case 'sound':
      return input.stage?.name === 'script' ? SCRIPT_OF_SOUND : SOUND;
  }
}

/** A request for a film without a stage joins its inputs. */
export function stageOf(input: PredictionInput): StageName {
  return input.stage?.name ?? 'render';
}
