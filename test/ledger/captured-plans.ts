import pg from 'pg';

/** The frozen clock of test databases: a row, and not there in others. */
const TEST_CLOCK = 'test_clock';

type PlanNode = {
  readonly 'Node Type': string;
  readonly Schema?: string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly PlanNode[];
};

export type PlanCapture = {
  readonly client: pg.Client;
  /** The ledger's tables that statements since the last look read from end to end, those inside functions too. */
  readonly takeScannedTables: () => readonly string[];
  /** How many plans were seen since the start. */
  readonly planCount: () => number;
  readonly close: () => Promise<void>;
};

/** A session that tells the plan of every statement it runs (auto_explain). A superuser's, as loading it needs. */
export async function capturePlans(ownerUrl: string): Promise<PlanCapture> {
  const client = new pg.Client({ connectionString: ownerUrl });
  let scanned: string[] = [];
  let plans = 0;
  client.on('notice', (notice) => {
    const start = notice.message?.indexOf('{') ?? -1;
    if (notice.message?.includes('plan:') !== true || start === -1) return;
    plans += 1;
    const { Plan } = JSON.parse(notice.message.slice(start)) as { readonly Plan: PlanNode };
    scanned.push(...tablesScannedBy(Plan).filter((table) => table !== TEST_CLOCK));
  });
  await client.connect();
  await client.query(`
    LOAD 'auto_explain';
    SET auto_explain.log_nested_statements = on;
    SET auto_explain.log_verbose = on;
    SET auto_explain.log_format = json;
    SET auto_explain.log_level = notice;
    SET client_min_messages = notice;
    SET auto_explain.log_min_duration = 0`);
  return {
    client,
    takeScannedTables: () => {
      const taken = scanned;
      scanned = [];
      return taken;
    },
    planCount: () => plans,
    close: () => client.end(),
  };
}

function tablesScannedBy(node: PlanNode): string[] {
  const below = (node.Plans ?? []).flatMap(tablesScannedBy);
  const isScan = node['Node Type'] === 'Seq Scan' && node.Schema === 'ledger';
  return isScan ? [node['Relation Name'] ?? 'a table', ...below] : below;
}
