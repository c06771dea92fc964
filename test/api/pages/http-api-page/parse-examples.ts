export type Example = {
  /** Of the page, to find it again. */
  readonly line: number;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    /** As it stands on the page, or empty. */
    readonly body: string;
  };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    /** JSON of which every field must be in the answer, or null. */
    readonly fragment: string | null;
    /** The lines that a response must contain when it is not JSON. */
    readonly lines: readonly string[];
  };
};

const BLOCK = /^```http\n([\s\S]*?)^```$/gm;
const HEADER = /^([A-Z][A-Za-z-]*): (.*)$/;

/** The exchanges of a page: blocks of a request, then `→ status` and what must be in the answer. */
export function parseExamples(page: string): readonly Example[] {
  return [...page.matchAll(BLOCK)].map((block) => {
    const [request = '', response = ''] = (block[1] ?? '').split(/^→ /m);
    const [first = '', ...rest] = request.trim().split('\n');
    const [method = '', path = ''] = first.split(' ');
    const [status = '', ...answered] = response.trim().split('\n');
    const asked = takeHeaders(rest);
    const answer = takeHeaders(answered);
    const isJson = answer.others[0]?.startsWith('{') === true;
    return {
      line: page.slice(0, block.index).split('\n').length,
      request: { method, path, headers: asked.headers, body: asked.others.join('\n') },
      response: {
        status: Number(status),
        headers: answer.headers,
        fragment: isJson ? answer.others.join('\n') : null,
        lines: isJson ? [] : answer.others,
      },
    };
  });
}

function takeHeaders(lines: readonly string[]) {
  const headers: Record<string, string> = {};
  const others = lines.filter((line) => {
    const [, name, value] = HEADER.exec(line) ?? [];
    if (name === undefined || value === undefined) return true;
    headers[name] = value;
    return false;
  });
  return { headers, others };
}
