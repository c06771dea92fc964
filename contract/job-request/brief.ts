import { z } from 'zod';
import { parseUrl } from '../../domain/parse-url.ts';
import { JOB_REQUEST_LIMITS as LIMITS } from '../../domain/work/job-request.ts';
import { faultOfText } from '../../domain/texts/text-rule.ts';
import { refused } from '../refused.ts';
import { requestText } from './request-text.ts';

const COLOR = /^#[0-9a-fA-F]{6}$/;

const color = z
  .string()
  .superRefine((text, context) => {
    if (!COLOR.test(text)) context.addIssue(refused('not_a_color', 'A color as #rrggbb.'));
  })
  .meta({ pattern: COLOR.source });

const assetUrl = z
  .string()
  .superRefine((text, context) => {
    const fault = faultOfText(text, { max: LIMITS.referenceUrlLength });
    if (fault !== null) context.addIssue(refused(fault.code, fault.detail));
    else if (!isAssetUrl(text)) {
      context.addIssue(
        refused('not_a_url', 'An absolute http or https address without user name and password.'),
      );
    }
  })
  .meta({ format: 'uri', maxLength: LIMITS.referenceUrlLength });

/**
 * The texts and colors of a picture or a film. Every kind with a `brief` has this one: we fetch the pictures it refers
 * to.
 */
export const brief = z.strictObject({
  headline: requestText({ max: LIMITS.headline }),
  body: requestText({ max: LIMITS.body, isParagraph: true }).optional(),
  call_to_action: requestText({ max: LIMITS.callToAction }).optional(),
  brand_color: color.optional(),
  reference_asset_urls: z.array(assetUrl).max(LIMITS.referenceUrls).optional(),
});

function isAssetUrl(text: string): boolean {
  if (!/^https?:\/\//i.test(text) || /\s/.test(text)) return false;
  const url = parseUrl(text);
  return url !== null && url.hostname !== '' && url.username === '' && url.password === '';
}
