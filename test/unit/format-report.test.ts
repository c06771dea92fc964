import { expect, test } from 'vitest';
import { formatReport } from '../../cli/show/format-report.ts';
import { GRANT_SOURCES } from '../../domain/credits/grant-rules.ts';

test.each([0, 999, 99_999_999, 999_999_999_999])(
  'the report with %i credits of every source fits 80 columns',
  (most) => {
    const sums = {
      opening: most,
      issued: most,
      spent: most,
      refunded: most,
      expired: most,
      voided: most,
      outstanding: most,
    };
    const rows = GRANT_SOURCES.map((source) => ({ source, ...sums }));
    const lines = formatReport(rows, sums).split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    const titles = lines.filter((line) => line.startsWith(' ')).flatMap((line) => line.trim().split(/ +/));
    expect(titles).toEqual([...GRANT_SOURCES, 'total']);
  },
);
