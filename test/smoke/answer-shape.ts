/** The shape of JSON: each place in it with the type of its value. A list has the shape of its first entry. */
export type Shape = ReadonlyMap<string, string>;

export type ShapeDifference = {
  readonly request: string;
  readonly place: string;
  /** `other_type` says that the fake lies; the others that a service says more or less than it. */
  readonly what: 'other_type' | 'only_live' | 'only_fake';
  readonly live: string | null;
  readonly fake: string | null;
};

export function shapeOf(json: unknown, place = ''): Shape {
  const entries: (readonly [string, string])[] = [[place, typeOf(json)]];
  if (Array.isArray(json)) {
    if (json.length > 0) entries.push(...shapeOf(json[0], `${place}[]`));
  } else if (typeof json === 'object' && json !== null) {
    for (const [key, value] of Object.entries(json)) entries.push(...shapeOf(value, `${place}.${key}`));
  }
  return new Map(entries);
}

function typeOf(json: unknown): string {
  if (json === null) return 'null';
  return Array.isArray(json) ? 'array' : typeof json;
}

type Seen = { readonly request: string; readonly status: number; readonly shape: Shape };

/** How responses to the same requests differ. Null may stand for anything. */
export function differencesOf(live: readonly Seen[], fake: readonly Seen[]): readonly ShapeDifference[] {
  const requests = [...new Set(live.map(({ request }) => request))];
  return requests.flatMap((request) => {
    const [seen, known] = [typesOf(live, request), typesOf(fake, request)];
    if (known.size === 0) return [];
    return [...new Set([...seen.keys(), ...known.keys()])].flatMap((place): ShapeDifference[] => {
      const [a, b] = [seen.get(place) ?? null, known.get(place) ?? null];
      if (a === null || b === null)
        return [{ request, place, what: a === null ? 'only_fake' : 'only_live', live: a, fake: b }];
      const isSame = a === b || a === 'null' || b === 'null';
      return isSame ? [] : [{ request, place, what: 'other_type', live: a, fake: b }];
    });
  });
}

/** Merges the shapes of all responses to a request: a value says more than null. */
function typesOf(seen: readonly Seen[], request: string): ReadonlyMap<string, string> {
  const types = new Map<string, string>();
  for (const { shape } of seen.filter((answer) => answer.request === request && answer.status < 300))
    for (const [place, type] of shape) if (type !== 'null' || !types.has(place)) types.set(place, type);
  return types;
}
