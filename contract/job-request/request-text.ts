import { z } from 'zod';
import { faultOfText, type TextRule } from '../../domain/texts/text-rule.ts';
import { refused } from '../refused.ts';

/**
 * A zod string under a text rule. Issues have our code in `params.code`; the JSON Schema shows its length. A pattern that is chained
 * to it never runs on a text that breaks the rule.
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
