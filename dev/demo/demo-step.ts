import type { Progress } from '../progress.ts';
import type { StackInfo } from '../stack/stack-info.ts';
import type { DemoApi, JobBody } from './demo-api.ts';

/** What the steps share. */
export type DemoScene = {
  readonly api: DemoApi;
  /** The stack as it is now: a killed worker comes back with another pid. */
  readonly info: () => Promise<StackInfo>;
  /** The account most steps play on; opened by the first. */
  readonly account: string;
  readonly briefs: { readonly staticAd: JobBody; readonly videoAd: JobBody };
  /** The folder for pictures. */
  readonly out: string;
  readonly say: Progress;
};

export type Check = {
  readonly what: string;
  readonly expected: string;
  readonly actual: string;
  readonly ok: boolean;
};

export type Figures = Readonly<Record<string, number | string>>;
export type StepOutcome = {
  readonly checks: readonly Check[];
  readonly figures: Figures;
  readonly files: readonly string[];
};

/** One thing the demo shows. `run` throws when it cannot be shown at all; a check says what came out otherwise. */
export type DemoStep = {
  readonly name: string;
  readonly title: string;
  readonly run: (scene: DemoScene) => Promise<StepOutcome>;
};

export function check(what: string, expected: string | number, actual: string | number | null): Check {
  return {
    what,
    expected: String(expected),
    actual: String(actual),
    ok: String(expected) === String(actual),
  };
}
