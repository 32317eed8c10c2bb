/** Lifecycle states that the local group knows, as DescribeAutoScalingGroups shows them. */
export type LifecycleState =
  | 'Pending'
  | 'InService'
  | 'Terminating:Wait'
  | 'Terminating:Proceed'
  | 'Terminated';

/** The process that stands for what runs on an instance. */
export interface InstanceProcess {
  /** Settles when the process has ended. */
  readonly ended: Promise<unknown>;
  hasEnded(): boolean;
  signal(signal: NodeJS.Signals): void;
  /** SIGTERM, and SIGKILL after `limitMs`. */
  stop(limitMs: number): Promise<unknown>;
}

/** One instance of the local group. */
export type LocalInstance = {
  readonly id: string;
  readonly launchedAtMs: number;
  state: LifecycleState;
  /** Absent while the instance boots, and after its end. */
  process?: InstanceProcess;
  /** Called by CompleteLifecycleAction; absent outside `Terminating:Wait`. */
  completeHook?: () => void;
  /** Postpones the hook's timeout; absent outside `Terminating:Wait`. */
  extendHook?: () => void;
  /** Set when Spot takes the instance back: what its metadata says. */
  spotInterruptionAtMs?: number;
};

/** Whether an instance counts towards the group's size. */
export function isWanted(instance: LocalInstance): boolean {
  return instance.state === 'Pending' || instance.state === 'InService';
}
