import { z } from 'zod';
import { faultOfText, type TextRule } from '../../domain/texts/text-rule.ts';
import { refused } from '../refused.ts';

/**
 * A zod string that holds a text rule. Issues carry our code in `params.code`; its length is told to readers of its JSON Schema. What is chained to
 * it, as a pattern, is never run on a text that breaks the rule.
 */
export function requestText(rule: TextRule): z.ZodString {
  return z
    .string()
    .superRefine((text, context) => {
      const fault = faultOfText(text, rule);
      if (fault !== null) context.addIssue({ ...refused(fault.code, fault.detail), continue: false });
    })
    .meta({ minLength: rule.mayBeEmpty === true ? 0 : 1, maxLength: rule.max });
}
