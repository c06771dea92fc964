import { z } from 'zod';
import { faultOfText, type TextRule } from '../domain/text-rule.ts';

/** A zod string that holds a text rule. Issues carry our code in `params.code`. */
export function requestText(rule: TextRule): z.ZodString {
  return z.string().superRefine((text, context) => {
    const fault = faultOfText(text, rule);
    if (fault !== null)
      context.addIssue({ code: 'custom', params: { code: fault.code }, message: fault.detail });
  });
}
