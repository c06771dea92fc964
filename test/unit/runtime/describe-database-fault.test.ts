import { DatabaseError } from 'pg';
import { expect, test } from 'vitest';
import { describeDatabaseFault } from '../../../runtime/describe-database-fault.ts';

const FROM = { setting: 'DATABASE_URL', url: 'postgresql://holdfast_api:s3cret@db:5432/holdfast' };

function refusal(code: string): DatabaseError {
  return Object.assign(new DatabaseError('refused', 0, 'error'), { code });
}

test.each([
  ['no server', new Error('connect ECONNREFUSED'), /connect ECONNREFUSED\. See that it runs .* DATABASE_URL/],
  ['no server at any address of the name', new AggregateError([new Error('ETIMEDOUT')]), /: ETIMEDOUT\./],
  ['a wrong password', refusal('28P01'), /a role that may log in, and its password\.$/],
  ['a missing database', refusal('3D000'), /a database that exists\.$/],
  ['a role of another process', refusal('42501'), /the role of this process\.$/],
  ['a missing schema', refusal('3F000'), /run the migration of this version\.$/],
  ['an older schema', refusal('42883'), /run the migration of this version\.$/],
  ['a server that is full', refusal('53300'), /: refused\.$/],
  ['a file of a migration', new Error('jobs/1.sql: x', { cause: refusal('42883') }), /: jobs\/1\.sql: x\.$/],
])('%s is told with its place and what to set, without the password', (_case, error, message) => {
  const described = describeDatabaseFault(error, FROM);
  expect(described).toMatch(message);
  expect(described).toMatch(/^PostgreSQL at db:5432\/holdfast: /);
  expect(described).not.toContain('s3cret');
});
