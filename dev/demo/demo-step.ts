import type { Progress } from '../progress.ts';
import type { StackInfo } from '../stack/stack-info.ts';
import type { DemoApi, JobBody } from './demo-api.ts';

/** The state that steps share. */
export type DemoScene = {
  readonly api: DemoApi;
  /** The stack as it is now: a restarted worker has another pid. */
  readonly info: () => Promise<StackInfo>;
  /** The account of most steps; the first step opens it. */
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

/** A step of the demo. `run` throws when it cannot run at all; a check reports a wrong result. */
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
