import { describe, expect, it } from 'vitest';
import { costOfRun, expectedCost, type SaidOfCost } from '../../../domain/prices/run-cost.ts';

const said = (more: Partial<SaidOfCost> = {}): SaidOfCost => ({ billed: 'yes', cost: null, ...more });

describe('what a run cost', () => {
  it.each([
    ['what the service says, before our rule', { per_call: '9' }, said({ cost: '0.0123' }), '0.0123', true],
    ['nothing, where it bills nothing', { per_call: '9' }, said({ billed: 'no', cost: '1' }), '0.00', true],
    ['its time at our price', { per_second: '0.001' }, said({ seconds: '2.5' }), '0.0025', true],
    [
      'its time and a price for the call',
      { per_call: '0.01', per_second: '0.001' },
      said({ seconds: '2.5' }),
      '0.0125',
      true,
    ],
    [
      'its units at our price, until its bill',
      { per_unit: '0.025' },
      said({ units: '1.5' }),
      '0.0375',
      false,
    ],
    ['what the catalogue expects', { per_call: '0.04' }, said(), '0.04', false],
    [
      'that too, where the bill is in doubt',
      { per_call: '0.04' },
      said({ billed: 'unknown' }),
      '0.04',
      false,
    ],
    [
      'its time, and no more than expected, where the bill is in doubt',
      { per_second: '0.001' },
      said({ billed: 'unknown', seconds: '2' }),
      '0.002',
      false,
    ],
    ['it is not known what', null, said({ seconds: '2.5' }), null, false],
    [
      'what the catalogue expects, where its meter says more than there is',
      { per_call: '0.04', per_second: '10', per_unit: '10' },
      said({ seconds: '999999999999999', units: '999999999999999.5' }),
      '0.04',
      false,
    ],
    [
      'its time, as long as a run may be',
      { per_second: '0.001' },
      said({ seconds: '99999999.999999999' }),
      '100000.00',
      true,
    ],
    [
      'what the catalogue expects, where no run is so dear',
      { per_call: '0.04', per_second: '999999.999999999', per_unit: '999999.999999999' },
      said({ seconds: '99999999.999999999', units: '99999999.999999999' }),
      '0.04',
      false,
    ],
    ['it is not known what, without its time', { per_second: '0.001' }, said(), null, false],
  ] as const)('is %s', (_what, rule, saidOfIt, cost, isFinal) => {
    expect(costOfRun(rule, saidOfIt)).toEqual({ cost, isFinal });
  });

  it('is expected to be the price of a call before the service has said anything', () => {
    expect(expectedCost({ per_call: '0.04', per_second: '1' })).toBe('0.04');
    expect(expectedCost({ per_second: '1' })).toBeNull();
    expect(expectedCost(null)).toBeNull();
  });
});
