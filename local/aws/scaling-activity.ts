/** How an activity ends. */
export type ActivityEnd = 'Successful' | 'Failed' | 'Cancelled';

/** A scaling activity, as DescribeScalingActivities shows it. */
export type ScalingActivity = {
  readonly id: string;
  readonly description: string;
  readonly startedAtMs: number;
  status: 'InProgress' | ActivityEnd;
  message?: string;
  endedAtMs?: number;
};

/** The activities of a group, newest first. */
export interface ScalingActivities {
  start(description: string): ScalingActivity;
  end(activity: ScalingActivity, status: ActivityEnd, message?: string): void;
  list(): readonly ScalingActivity[];
}

const MOST_KEPT = 1_000;

/** Creates an empty list of activities that keeps the last thousand. */
export function createScalingActivities(): ScalingActivities {
  const kept: ScalingActivity[] = [];
  let count = 0;
  return {
    start: (description) => {
      count += 1;
      const activity: ScalingActivity = {
        id: `00000000-0000-4000-8000-${String(count).padStart(12, '0')}`,
        description,
        startedAtMs: Date.now(),
        status: 'InProgress',
      };
      kept.unshift(activity);
      kept.length = Math.min(kept.length, MOST_KEPT);
      return activity;
    },
    end: (activity, status, message) => {
      activity.status = status;
      activity.endedAtMs = Date.now();
      if (message !== undefined) activity.message = message;
    },
    list: () => kept,
  };
}
