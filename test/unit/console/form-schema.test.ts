import { describe, expect, it } from 'vitest';
import { missingFields, shownValues, withGiven, withValue } from '../../../console/portal/create/schema.ts';

describe('a field that is called as a property of every object', () => {
  const schema = {
    properties: {
      valueOf: { type: 'string' },
      toString: { properties: { hasOwnProperty: { type: 'string' } }, required: ['hasOwnProperty'] },
    },
    required: ['valueOf', 'toString'],
  };

  it('is missing until it is filled in', () => {
    expect(missingFields(schema, withGiven(schema, {}))).toEqual(['/valueOf', '/toString/hasOwnProperty']);
    const filled = withValue(withValue({}, ['valueOf'], 'a'), ['toString', 'hasOwnProperty'], 'b');
    expect(missingFields(schema, withGiven(schema, filled))).toEqual([]);
  });

  it('of an earlier draft is not sent by a schema that does not have it', () => {
    expect(shownValues({ properties: {} }, withValue({}, ['toString'], 'a'))).toEqual({});
  });
});
