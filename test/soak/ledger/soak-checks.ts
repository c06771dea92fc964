import type pg from 'pg';
import type { SoakCheck } from '../soak-check.ts';

const EXAMPLES = 5;
/** Nothing of a run is overdue: what its callers left open they left on purpose, and renewals are brought up at its end. */
const OVERDUE_SECONDS = 24 * 3_600;

/** The record that was made under each key: one row, with its credits and what it names. */
const MADE = `
  SELECT 'grant' AS verb, e.account_id, e.grant_id AS id, NULL::text AS about, e.amount AS credits, NULL::bigint[] AS numbers
  FROM ledger.entries e
  WHERE e.kind = 'grant' AND e.reason = 'soak_grant'  -- those made by call; the others are of the ledger's own rules
  UNION ALL
  SELECT CASE r.reason WHEN 'spend' THEN 'spend' ELSE 'reserve' END, r.account_id, r.reservation_id, NULL, r.amount, NULL
  FROM ledger.reservations r
  UNION ALL
  SELECT 'refund', f.account_id, f.refund_id, f.reservation_id, f.amount, ARRAY[f.amount] FROM ledger.refunds f
  UNION ALL
  SELECT 'void', g.account_id, g.grant_id, NULL, NULL, ARRAY[g.amount - g.expired - g.not_recovered, g.not_recovered]
  FROM ledger.grants g WHERE g.voided_at IS NOT NULL
  UNION ALL
  SELECT 'plan', p.account_id, p.reference, coalesce(p.content->>'plan', ''), NULL, NULL FROM ledger.plan_calls p
  UNION ALL
  SELECT 'refer', f.account_id, f.account_id, f.inviter_id, NULL, NULL FROM ledger.referrals f
  UNION ALL
  SELECT 'open', '', o.reference, NULL, NULL, NULL FROM ledger.account_profiles o`;

const SAYS_MADE = `'granted', 'reserved', 'spent', 'refunded', 'voided', 'set', 'pending', 'paid', 'open'`;
const MAKING = `c.verb IN ('grant', 'reserve', 'spend', 'refund', 'void', 'plan', 'refer', 'open')`;

/** Each: over which rows it is held, and those that break it. */
const CHECKS: readonly { readonly name: string; readonly over: string; readonly broken: string }[] = [
  {
    name: 'what was acknowledged is in the ledger, as it was asked and answered',
    over: `SELECT count(*) FROM soak.calls c WHERE ${MAKING} AND c.outcome IN (${SAYS_MADE})`,
    broken: `SELECT c.*, m.credits AS made FROM soak.calls c
      LEFT JOIN soak.made m ON m.verb = c.verb AND m.account_id = c.account_id AND m.id = c.id
      WHERE ${MAKING} AND c.outcome IN (${SAYS_MADE})
        AND (m.id IS NULL OR m.about IS DISTINCT FROM c.about OR m.credits <> coalesce(c.credits, m.credits)
             OR (c.numbers IS NOT NULL AND m.numbers IS DISTINCT FROM c.numbers))`,
  },
  {
    name: 'an ending that was acknowledged is the one the reservation had',
    over: `SELECT count(*) FROM soak.calls c WHERE c.outcome IN ('committed', 'released') AND c.verb IN ('commit', 'release')`,
    broken: `SELECT c.*, r.state, r.committed, r.released FROM soak.calls c
      LEFT JOIN ledger.reservations r ON r.account_id = c.account_id AND r.reservation_id = c.id
      WHERE c.verb IN ('commit', 'release') AND c.outcome IN ('committed', 'released')
        AND (c.outcome, c.numbers) IS DISTINCT FROM (r.state::text, ARRAY[r.committed::bigint, r.released::bigint])`,
  },
  {
    name: 'what was refused has left no trace',
    over: `SELECT count(*) FROM soak.calls c WHERE ${MAKING} AND c.outcome NOT IN (${SAYS_MADE})`,
    broken: `SELECT c.* FROM soak.calls c JOIN soak.made m ON m.verb = c.verb AND m.account_id = c.account_id AND m.id = c.id
      WHERE ${MAKING} AND c.outcome NOT IN (${SAYS_MADE})
        -- (of two deliveries at once one may find room that the other did not)
        AND NOT EXISTS (SELECT 1 FROM soak.calls o WHERE o.verb = c.verb AND o.account_id = c.account_id AND o.id = c.id
                          AND (o.outcome IS NULL OR o.outcome IN (${SAYS_MADE})))`,
  },
  {
    name: 'a call whose result was not read is there as it was asked, or not at all',
    over: `SELECT count(*) FROM soak.calls c WHERE ${MAKING} AND c.outcome IS NULL`,
    broken: `SELECT c.*, m.credits AS made FROM soak.calls c JOIN soak.made m ON m.verb = c.verb AND m.account_id = c.account_id AND m.id = c.id
      WHERE ${MAKING} AND c.outcome IS NULL AND (m.about IS DISTINCT FROM c.about OR m.credits <> coalesce(c.credits, m.credits))`,
  },
  {
    name: 'nothing is in the ledger that was not asked for',
    over: 'SELECT count(*) FROM soak.made',
    broken: `SELECT m.* FROM soak.made m
      WHERE NOT EXISTS (SELECT 1 FROM soak.calls c WHERE c.verb = m.verb AND c.account_id = m.account_id AND c.id = m.id)`,
  },
  {
    name: 'every grant came in once',
    over: 'SELECT count(*) FROM ledger.grants',
    broken: `SELECT g.account_id, g.grant_id, g.amount, e.entries FROM ledger.grants g
      LEFT JOIN (SELECT account_id, grant_id, count(*) AS entries FROM ledger.entries WHERE kind = 'grant' GROUP BY 1, 2) e
        ON e.account_id = g.account_id AND e.grant_id = g.grant_id
      WHERE coalesce(e.entries, 0) <> CASE WHEN g.grant_id LIKE 'grant\\_return\\_%' OR g.grant_id LIKE 'grant\\_refund\\_%' THEN 0 ELSE 1 END`,
  },
  {
    name: 'the spent credits are those that were acknowledged, and those of callers who gave up',
    over: 'SELECT count(*) FROM ledger.accounts',
    broken: `SELECT a.account_id, a.spent, t.spent AS told FROM ledger.accounts a
      LEFT JOIN (
        SELECT s.account_id, sum(s.credits) AS spent FROM (
          SELECT DISTINCT c.account_id, c.id, c.numbers[1] AS credits FROM soak.calls c WHERE c.verb IN ('commit', 'release') AND c.outcome = 'committed'
          UNION ALL
          SELECT c.account_id, c.id, c.credits FROM soak.calls c WHERE c.verb = 'spend' AND c.outcome = 'spent'
          UNION ALL
          SELECT c.account_id, c.id, -c.numbers[1] FROM soak.calls c WHERE c.verb = 'refund' AND c.outcome = 'refunded'
          UNION ALL
          -- What those who gave up did all the same.
          SELECT r.account_id, r.reservation_id, r.committed FROM ledger.reservations r
          WHERE r.state = 'committed' AND NOT EXISTS (
            SELECT 1 FROM soak.calls c WHERE c.account_id = r.account_id AND c.id = r.reservation_id AND c.outcome IN ('committed', 'spent'))
          UNION ALL
          SELECT f.account_id, f.refund_id, -f.amount FROM ledger.refunds f
          WHERE EXISTS (SELECT 1 FROM soak.calls c WHERE c.account_id = f.account_id AND c.id = f.refund_id AND c.outcome IS NULL)
        ) s GROUP BY 1
      ) t ON t.account_id = a.account_id
      WHERE a.spent <> coalesce(t.spent, 0)`,
  },
  {
    name: 'all that was issued is available, reserved, spent, expired or voided',
    over: 'SELECT count(*) FROM ledger.accounts',
    broken: `SELECT i.issued, a.stands FROM
      (SELECT coalesce(sum(amount), 0) AS issued FROM ledger.entries WHERE from_bucket = 'outside') i,
      (SELECT coalesce(sum(available + reserved + spent + expired + voided), 0) AS stands FROM ledger.accounts) a
      WHERE i.issued <> a.stands`,
  },
  {
    name: 'reconcile finds nothing',
    over: 'SELECT count(*) FROM ledger.entries',
    broken: `SELECT * FROM ledger.reconcile(${String(OVERDUE_SECONDS)})`,
  },
];

/** Holds what the callers know against what the ledger holds. */
export async function checkSoak(owner: pg.Pool, progress: (line: string) => void): Promise<SoakCheck[]> {
  await owner.query(`CREATE UNLOGGED TABLE soak.made AS ${MADE}`);
  await owner.query('CREATE INDEX ON soak.calls (account_id, id)');
  await owner.query('VACUUM (ANALYZE)');
  const checks: SoakCheck[] = [];
  for (const { name, over, broken } of CHECKS) {
    progress(`checking: ${name}`);
    const counted = await owner.query<{ count: string }>(over);
    const found = await owner.query<{ row: unknown; violations: string }>(
      `SELECT to_jsonb(b) AS row, count(*) OVER () AS violations FROM (${broken}) b LIMIT ${String(EXAMPLES)}`,
    );
    checks.push({
      name,
      rows: Number(counted.rows[0]?.count),
      violations: Number(found.rows[0]?.violations ?? 0),
      examples: found.rows.map(({ row }) => row),
    });
  }
  return checks;
}
