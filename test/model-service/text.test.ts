import { describe, expect, it } from 'vitest';
import { adCopyOf } from '../../model-service/render/text/read-ad-copy.ts';
import { toDrawableText } from '../../model-service/render/fonts/drawable-text.ts';
import { writeStoryboard } from '../../model-service/render/film/storyboard.ts';
import { clampLines, wrapText } from '../../model-service/render/text/wrap-text.ts';

/** Every character is one wide. */
const measure = (text: string): number => text.length;
const whole = { mayBreakWords: false };
const broken = { mayBreakWords: true };

describe('text that fonts can draw', () => {
  it('is left as it is', () => {
    for (const text of ['Žluťoučký kůň', '“50 % off” – only €9…', 'خبز طازج', '漢字 😀', '🎉']) {
      expect(toDrawableText(text)).toBe(text);
    }
  });

  it('is without what no font has, and empty when nothing can be seen of the rest', () => {
    expect(toDrawableText('Runes ᚠᚢ!')).toBe('Runes !');
    expect(toDrawableText('ᚠᚢ \u200D')).toBe('');
  });
});

describe('wrapped text', () => {
  it('breaks between words, and a word only where it must', () => {
    expect(wrapText('aa bb ccc', 5, measure, whole)).toEqual(['aa bb', 'ccc']);
    expect(wrapText('aa bbbbbbbb', 5, measure, whole)).toBeNull();
    expect(wrapText('aa bbbbbbbb', 5, measure, broken)).toEqual(['aa', 'bbbbb', 'bbb']);
  });

  it('breaks between words that no space separates, and keeps signs with their word', () => {
    expect(wrapText('面包，面包', 3, measure, whole)).toEqual(['面包，', '面包']);
    expect(wrapText('今日「今日」', 4, measure, whole)).toEqual(['今日', '「今日」']);
    expect(wrapText('ขนมปังสดใหม่', 8, measure, whole)?.join('')).toBe('ขนมปังสดใหม่');
  });

  it('ends in an ellipsis within the width when lines are left out', () => {
    expect(clampLines(['aaaaa', 'bb, bb', 'c'], 2, 5, measure)).toEqual(['aaaaa', 'bb…']);
    expect(clampLines(['aaaaa', 'bb'], 2, 5, measure)).toEqual(['aaaaa', 'bb']);
  });
});

describe('the copy of an ad', () => {
  it('takes the first sentence of the body when the headline cannot be drawn', () => {
    const brief = { headline: 'ᚠᚢ', body: 'First thing. Second thing.' };
    expect(adCopyOf({ kind: 'static_ad', brief })).toMatchObject({
      headline: 'First thing.',
      body: 'Second thing.',
    });
  });

  it('keeps a headline of emoji alone', () => {
    expect(adCopyOf({ kind: 'static_ad', brief: { headline: '🎉🎉' } })).toMatchObject({ headline: '🎉🎉' });
  });

  const brief = { headline: 'A kettle', body: 'It boils.', brand_color: '#00aa77' };
  const edited = (instruction?: string) => adCopyOf({ kind: 'static_ad', brief, instruction });

  it.each([
    ['headline: Tea time', { headline: 'Tea time', body: 'It boils.' }],
    ['Call to action: Buy now', { callToAction: 'Buy now' }],
    [
      'Make it blue, please',
      { brand: adCopyOf({ kind: 'static_ad', brief: { ...brief, brand_color: '#2563eb' } }).brand },
    ],
    ['louder', { headline: 'A kettle', body: 'louder It boils.' }],
    ['headline: One\nbody: Two', { headline: 'One', body: 'Two' }],
  ])('shows what an edit asks for: %j', (instruction, shown) => {
    expect(edited(instruction)).toMatchObject(shown);
  });

  it('is the brief alone when nothing is asked for', () => {
    expect(edited()).toEqual(adCopyOf({ kind: 'static_ad', brief }));
  });
});

describe('the storyboard', () => {
  const copy = adCopyOf({
    kind: 'video_ad',
    brief: { headline: 'A headline', body: 'One. Two. Three.', call_to_action: 'Go' },
  });

  it.each([15, 30, 60])('fills %i seconds without a gap, from the hook to the close', (seconds) => {
    const scenes = writeStoryboard(copy, seconds);
    expect(scenes[0]).toMatchObject({ kind: 'hook', startSeconds: 0 });
    expect(scenes.at(-1)).toMatchObject({ kind: 'close', endSeconds: seconds });
    scenes.slice(1).forEach((scene, index) => {
      expect(scene.startSeconds).toBeCloseTo(scenes[index]?.endSeconds ?? NaN, 6);
      expect(scene.endSeconds - scene.startSeconds).toBeGreaterThan(3);
    });
  });

  it('speaks the headline in pieces when there is no body, and stands on an empty brief', () => {
    const short = writeStoryboard({ ...copy, headline: 'One two three four', body: '' }, 15);
    expect(short.map(({ text }) => text)).toEqual([
      'One two three four',
      'One two three',
      'four',
      'One two three four',
    ]);
    expect(writeStoryboard({ ...copy, headline: '', body: '' }, 15)).toHaveLength(4);
  });
});
