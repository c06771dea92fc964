export type BareActivities = typeof bareActivities;

export const bareActivities = {
  step: (): Promise<void> => Promise.resolve(),
  nothing: (): Promise<void> => Promise.resolve(),
};
