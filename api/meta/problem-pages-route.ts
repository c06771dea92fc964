import { createHash } from 'node:crypto';
import { CALLS } from '../../contract/calls.ts';
import { PROBLEMS, type ProblemCode, type ProblemRule } from '../../contract/problems.ts';
import { notFound } from '../http/problem.ts';
import { pathParameter, route, type Route } from '../http/route.ts';

const STYLE = `
  :root { color-scheme: light dark }
  body { font: 1.05rem/1.6 system-ui, sans-serif; max-width: 36rem; margin: 15vh auto; padding: 0 1.25rem }
  h1 { font-size: 1.6rem; line-height: 1.25 }
  h2 { font-size: 1rem; margin: 1.75rem 0 -.75rem }
  code { font: .95em ui-monospace, monospace }
`;
/** Allows that style, and nothing else. */
const PAGE_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`;

/** GET /problems/{code}: the page that the `type` of a problem points to. */
export function problemPagesRoute(): Route {
  return route(CALLS.readProblemPage, {
    handle({ request, response }) {
      const code = pathParameter(request, 'code');
      if (!isProblemCode(code)) throw notFound('problem');
      response
        .set({
          'Cache-Control': 'public, max-age=3600',
          'Content-Security-Policy': PAGE_POLICY,
        })
        .type('html')
        .send(page(code, PROBLEMS[code]));
    },
  });
}

function isProblemCode(text: string): text is ProblemCode {
  return Object.hasOwn(PROBLEMS, text);
}

/** All of it comes from our own table: nothing to escape. */
function page(code: ProblemCode, rule: ProblemRule): string {
  const retry = rule.retryable
    ? 'The same request may succeed later.'
    : 'The same request will be answered the same way.';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${rule.title}: Holdfast</title>
<style>${STYLE}</style>
</head>
<body>
<p><code>${String(rule.status)} ${code}</code></p>
<h1>${rule.title}</h1>
<h2>Why</h2>
<p>${marked(rule.cause)}</p>
<h2>What to do</h2>
<p>${marked(rule.advice)} ${retry}</p>
</body>
</html>
`;
}

/** Names of fields, between backquotes in our table. */
function marked(text: string): string {
  return text.replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}
