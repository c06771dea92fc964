import { describe, expect, it } from 'vitest';
import { toSandboxText } from '../../domain/texts/sandbox-text.ts';

const lineOf = (text: string) => toSandboxText(text).line;

describe('a text that the sandbox model draws', () => {
  it.each([
    'Žluťoučký kůň',
    'Ελλάδα',
    'Привет',
    'Tiếng Việt',
    '“50 % off” – only €9…',
    'خبز طازج كل صباح، ٥٠٪',
    'می‌خواهم',
    'לחם טרי בכל בוקר',
    'हर सुबह ताज़ी रोटी।',
    'ขนมปังสดใหม่ทุกเช้า',
    '每天早晨的新鲜面包，日出之前出炉。',
    '新鮮麵包',
    '毎朝焼きたてのパン「今すぐ」',
    '매일 아침 갓 구운 빵',
    'Fresh 🎉 start 👩‍👩‍👧 ❤️ 🇩🇪 🫖',
  ])('keeps every letter of %s', (text) => {
    expect(toSandboxText(text)).toEqual({ line: text.normalize('NFC'), missing: null });
  });

  it.each([
    ['Runes ᚠᚢ', 'ᚠ'],
    ['ཨོཾ', 'ཨ'],
    ['የዳቦ', 'የ'],
    ['\u{1F9FF} \u{12000}', '\u{12000}'],
    ['apple \uF8FF', '\uF8FF'],
    ['a\uFFFE', '\uFFFE'],
    ['\u{E000}', '\u{E000}'],
  ])('is refused for the first character of %j without a glyph', (text, missing) => {
    expect(toSandboxText(text).missing).toBe(missing);
  });

  it('has each letter in a form that the fonts have, and leaves out what is never drawn', () => {
    expect(lineOf('ﬀ ｆｕｌｌ')).toMatch(/^(ﬀ|ff) (ｆｕｌｌ|full)$/);
    expect(lineOf(' a\n\tb\u0000\u202Ec\u00AD\u{E0041} ')).toBe('a bc');
    expect(toSandboxText('a\u202E\u2060').missing).toBeNull();
  });
});
