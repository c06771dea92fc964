import pg from 'pg';

/** The frozen clock of test databases: a row, and not there in others. */
const TEST_CLOCK = 'test_clock';

type PlanNode = {
  readonly 'Node Type': string;
  readonly Schema?: string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows'?: number;
  readonly 'Actual Loops'?: number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Shared Hit Blocks'?: number;
  readonly 'Shared Read Blocks'?: number;
  readonly Plans?: readonly PlanNode[];
};

/** The reads of one scan: rows that it returned or threw away, and pages. */
export type ScanRead = {
  readonly table: string;
  readonly by: string;
  readonly rows: number;
  readonly pages: number;
};

export type PlanCapture = {
  readonly client: pg.Client;
  /** The ledger's tables that statements since the last look read from end to end, those inside functions too. */
  readonly takeScannedTables: () => readonly string[];
  /** The scans of all statements since the last call, also inside functions. */
  readonly takeScans: () => readonly ScanRead[];
  /** How many plans were seen since the start. */
  readonly planCount: () => number;
  readonly close: () => Promise<void>;
};

/** A session that tells the plan of every statement it runs (auto_explain). A superuser's, as loading it needs. */
export async function capturePlans(ownerUrl: string): Promise<PlanCapture> {
  const client = new pg.Client({ connectionString: ownerUrl });
  let scanned: string[] = [];
  let scans: ScanRead[] = [];
  let plans = 0;
  client.on('notice', (notice) => {
    const start = notice.message?.indexOf('{') ?? -1;
    if (notice.message?.includes('plan:') !== true || start === -1) return;
    plans += 1;
    const { Plan } = JSON.parse(notice.message.slice(start)) as { readonly Plan: PlanNode };
    scanned.push(...tablesScannedBy(Plan).filter((table) => table !== TEST_CLOCK));
    scans.push(...scansOf(Plan).filter((scan) => scan.table !== TEST_CLOCK));
  });
  await client.connect();
  await client.query(`
    LOAD 'auto_explain';
    SET auto_explain.log_nested_statements = on;
    SET auto_explain.log_verbose = on;
    SET auto_explain.log_analyze = on;
    SET auto_explain.log_buffers = on;
    SET auto_explain.log_timing = off;
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
    takeScans: () => {
      const taken = scans;
      scans = [];
      return taken;
    },
    planCount: () => plans,
    close: () => client.end(),
  };
}

function tablesScannedBy(node: PlanNode): string[] {
  const below = (node.Plans ?? []).flatMap(tablesScannedBy);
  const isScan = node['Node Type'] === 'Seq Scan' && (node.Schema === 'ledger' || node.Schema === 'jobs');
  return isScan ? [node['Relation Name'] ?? 'a table', ...below] : below;
}

function scansOf(node: PlanNode): ScanRead[] {
  const below = (node.Plans ?? []).flatMap(scansOf);
  const table = node['Relation Name'];
  if (table === undefined || !node['Node Type'].includes('Scan')) return below;
  const loops = node['Actual Loops'] ?? 1;
  const rows = ((node['Actual Rows'] ?? 0) + (node['Rows Removed by Filter'] ?? 0)) * loops;
  const pages = (node['Shared Hit Blocks'] ?? 0) + (node['Shared Read Blocks'] ?? 0);
  return [{ table, by: node['Index Name'] ?? node['Node Type'], rows, pages }, ...below];
}
