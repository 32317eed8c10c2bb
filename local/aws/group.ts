import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { EventLog } from './event-log.ts';
import type { Faults } from './faults.ts';
import { isWanted, type InstanceProcess, type LocalInstance } from './instance.ts';
import { createScalingActivities, type ScalingActivities } from './scaling-activity.ts';
import { WireError } from './wire-error.ts';

/** Settings of the local Auto Scaling group. Times in milliseconds. */
export type GroupSettings = {
  readonly name: string;
  readonly region: string;
  readonly minSize: number;
  readonly maxSize: number;
  /** From launch to the start of the instance's process. */
  readonly bootDelayMs: number;
  /** How long a terminating instance may drain before it is taken away. */
  readonly hookTimeoutMs: number;
  readonly hookName: string;
};

/** What a group works with. */
export type GroupDeps = {
  readonly settings: GroupSettings;
  /** Starts what runs on an instance. @throws Error when it can't. */
  readonly launch: (instanceId: string) => InstanceProcess;
  readonly faults: Faults;
  readonly log: EventLog;
};

/** An Auto Scaling group whose instances are processes. */
export interface LocalGroup {
  readonly settings: GroupSettings;
  desired(): number;
  /** @throws WireError `ValidationError` outside the bounds. */
  setDesired(desired: number): void;
  instances(): readonly LocalInstance[];
  find(instanceId: string): LocalInstance | undefined;
  readonly activities: ScalingActivities;
  /** Kills an instance's process without a word, as a failing host does. */
  kill(instanceId: string): void;
  /** Ends every instance at once. */
  close(): Promise<void>;
}

const RETRY_LAUNCH_MS = 2_000;
/** What systemd gives a service that does not end by itself, made short. */
const STOP_LIMIT_MS = 5_000;

/** Creates a group at its MinSize. */
export function createGroup(deps: GroupDeps): LocalGroup {
  return new ProcessGroup(deps);
}

class ProcessGroup implements LocalGroup {
  readonly settings: GroupSettings;
  readonly activities = createScalingActivities();
  readonly #deps: GroupDeps;
  readonly #instances = new Map<string, LocalInstance>();
  readonly #closing = new AbortController();
  readonly #underWay = new Set<Promise<void>>();
  #desired: number;

  constructor(deps: GroupDeps) {
    this.#deps = deps;
    this.settings = deps.settings;
    this.#desired = deps.settings.minSize;
    // Each instance that boots or drains listens: bounded by the group's MaxSize.
    setMaxListeners(0, this.#closing.signal);
    this.#converge();
  }

  desired(): number {
    return this.#desired;
  }

  setDesired(size: number): void {
    checkBounds(size, this.settings);
    this.#desired = size;
    this.#converge();
  }

  instances(): readonly LocalInstance[] {
    return [...this.#instances.values()];
  }

  find(instanceId: string): LocalInstance | undefined {
    return this.#instances.get(instanceId);
  }

  kill(instanceId: string): void {
    this.#instances.get(instanceId)?.process?.signal('SIGKILL');
  }

  async close(): Promise<void> {
    this.#closing.abort();
    const processes = this.instances().flatMap((instance) => instance.process ?? []);
    await Promise.allSettled(processes.map((one) => one.stop(STOP_LIMIT_MS)));
    await Promise.allSettled(this.#underWay);
  }

  #run(task: Promise<void>): void {
    const guarded = task
      .catch((error: unknown) => {
        // The end of the whole group aborts launches and drains; nothing else should.
        if (this.#closing.signal.aborted) return;
        this.#deps.log.add({ event: 'group-error', detail: { error: String(error) } });
      })
      .finally(() => this.#underWay.delete(guarded));
    this.#underWay.add(guarded);
  }

  #converge(): void {
    if (this.#closing.signal.aborted) return;
    const wanted = this.instances().filter(isWanted);
    for (let count = wanted.length; count < this.#desired; count += 1) this.#run(this.#launch());
    // The newest go first: they have the least in flight.
    for (const instance of wanted.slice(this.#desired)) this.#run(this.#terminate(instance));
  }

  async #launch(): Promise<void> {
    const { faults, log } = this.#deps;
    const id = `i-${randomBytes(9).toString('hex').slice(0, 17)}`;
    const instance: LocalInstance = { id, launchedAtMs: Date.now(), state: 'Pending' };
    const activity = this.activities.start(`Launching a new EC2 instance: ${id}`);
    this.#instances.set(id, instance);
    log.add({ event: 'launch', detail: { id, desired: this.#desired } });
    const { signal } = this.#closing;
    try {
      const boot = () => delay(this.settings.bootDelayMs, undefined, { signal });
      await faults.run('LaunchInstance', boot);
      if (instance.state !== 'Pending') return this.activities.end(activity, 'Cancelled');
      instance.process = this.#deps.launch(id);
    } catch (error) {
      this.#instances.delete(id);
      const reason = error instanceof Error ? error.message : String(error);
      this.activities.end(activity, 'Failed', reason);
      log.add({ event: 'launch-failed', detail: { id, reason } });
      await delay(RETRY_LAUNCH_MS, undefined, { signal });
      return this.#converge();
    }
    instance.state = 'InService';
    this.activities.end(activity, 'Successful');
    log.add({ event: 'in-service', detail: { id, desired: this.#desired } });
    this.#run(this.#watch(instance, instance.process));
  }

  async #watch(instance: LocalInstance, child: InstanceProcess): Promise<void> {
    await child.ended;
    if (instance.state !== 'InService') return;
    instance.state = 'Terminated';
    this.#instances.delete(instance.id);
    this.#deps.log.add({ event: 'unhealthy', detail: { id: instance.id } });
    this.#converge();
  }

  async #terminate(instance: LocalInstance): Promise<void> {
    const { id } = instance;
    const { log } = this.#deps;
    const activity = this.activities.start(`Terminating EC2 instance: ${id}`);
    instance.state = 'Terminating:Wait';
    log.add({ event: 'terminate', detail: { id, desired: this.#desired } });
    if (instance.process !== undefined) await this.#waitForHook(instance);
    instance.state = 'Terminating:Proceed';
    await instance.process?.stop(STOP_LIMIT_MS);
    instance.state = 'Terminated';
    this.#instances.delete(id);
    this.activities.end(activity, 'Successful');
    log.add({ event: 'terminated', detail: { id, desired: this.#desired } });
  }

  async #waitForHook(instance: LocalInstance): Promise<void> {
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        resolve();
      };
      let timer = setTimeout(end, this.settings.hookTimeoutMs);
      this.#closing.signal.addEventListener('abort', end, { once: true });
      instance.completeHook = end;
      instance.extendHook = () => {
        clearTimeout(timer);
        timer = setTimeout(end, this.settings.hookTimeoutMs);
      };
    });
    delete instance.completeHook;
    delete instance.extendHook;
  }
}

function checkBounds(size: number, { minSize, maxSize }: GroupSettings): void {
  if (size > maxSize) throw outOfBounds(size, `above max value ${maxSize}`);
  if (size < minSize) throw outOfBounds(size, `below min value ${minSize}`);
}

function outOfBounds(size: number, rule: string): WireError {
  return new WireError(
    400,
    'ValidationError',
    `New SetDesiredCapacity value ${size} is ${rule} for the AutoScalingGroup.`,
  );
}
