import type { LocalGroup } from './group.ts';
import type { ScalingActivity } from './scaling-activity.ts';
import { WireError } from './wire-error.ts';
import type { XmlNode } from './xml.ts';

/** A matched call: its action, and how to answer it. */
export type AutoScalingAction = {
  readonly action: string;
  readonly detail: Readonly<Record<string, string | number>>;
  /** Members of `<ActionResult>`; undefined for calls without one. */
  readonly run: () => readonly XmlNode[] | undefined;
};

const VERSION = '2011-01-01';

/**
 * Finds the action of a query call.
 *
 * @param groups the groups of the region that the call was signed for.
 * @throws WireError when there is no such action.
 */
export function matchAutoScaling(
  parameters: URLSearchParams,
  groups: readonly LocalGroup[],
): AutoScalingAction {
  const action = parameters.get('Action') ?? '';
  if (parameters.get('Version') !== VERSION) {
    throw new WireError(
      400,
      'InvalidAction',
      `Could not find operation ${action} for version ${parameters.get('Version')}`,
    );
  }
  const name = parameters.get('AutoScalingGroupName') ?? '';
  switch (action) {
    case 'DescribeAutoScalingGroups':
      return { action, detail: {}, run: () => describeGroups(parameters, groups) };
    case 'DescribeScalingActivities':
      return { action, detail: { group: name }, run: () => describeActivities(parameters, groups) };
    case 'SetDesiredCapacity': {
      const desired = wholeNumber(parameters, 'DesiredCapacity');
      return {
        action,
        detail: { group: name, desired },
        run: () => setDesired(groups, name, desired),
      };
    }
    case 'CompleteLifecycleAction':
    case 'RecordLifecycleActionHeartbeat':
      return {
        action,
        detail: { group: name, id: parameters.get('InstanceId') ?? '' },
        run: () => lifecycle(action, parameters, groups),
      };
    default:
      throw new WireError(
        400,
        'InvalidAction',
        `Could not find operation ${action} for version ${VERSION}`,
      );
  }
}

function describeGroups(parameters: URLSearchParams, groups: readonly LocalGroup[]): XmlNode[] {
  const names = [...parameters]
    .filter(([key]) => /^AutoScalingGroupNames\.member\.\d+$/.test(key))
    .map(([, value]) => value);
  const chosen = groups.filter(
    ({ settings }) => names.length === 0 || names.includes(settings.name),
  );
  const { page, next } = cut(chosen, parameters, 100);
  return [
    ['AutoScalingGroups', page.map((group): XmlNode => ['member', groupMembers(group)])],
    ...next,
  ];
}

function describeActivities(parameters: URLSearchParams, groups: readonly LocalGroup[]): XmlNode[] {
  const group = findGroup(groups, parameters.get('AutoScalingGroupName') ?? '');
  const { page, next } = cut(group.activities.list(), parameters, 100);
  const members = page.map((one): XmlNode => ['member', activityMembers(one, group)]);
  return [['Activities', members], ...next];
}

function setDesired(groups: readonly LocalGroup[], name: string, desired: number): undefined {
  findGroup(groups, name).setDesired(desired);
}

function lifecycle(
  action: string,
  parameters: URLSearchParams,
  groups: readonly LocalGroup[],
): readonly XmlNode[] {
  const group = findGroup(groups, parameters.get('AutoScalingGroupName') ?? '');
  const id = parameters.get('InstanceId') ?? '';
  if (parameters.get('LifecycleHookName') !== group.settings.hookName) {
    throw validation(`No Lifecycle Hook found with name: ${parameters.get('LifecycleHookName')}`);
  }
  const instance = group.find(id);
  if (instance?.completeHook === undefined) {
    throw validation(`No active Lifecycle Action found with instance ID ${id}`);
  }
  if (action === 'RecordLifecycleActionHeartbeat') {
    instance.extendHook?.();
    return [];
  }
  const result = parameters.get('LifecycleActionResult') ?? '';
  if (result !== 'CONTINUE' && result !== 'ABANDON') {
    throw validation(`LifecycleActionResult ${result} is not valid`);
  }
  instance.completeHook();
  return [];
}

function findGroup(groups: readonly LocalGroup[], name: string): LocalGroup {
  const group = groups.find(({ settings }) => settings.name === name);
  if (group === undefined)
    throw validation(`AutoScalingGroup name not found - AutoScalingGroup '${name}' not found`);
  return group;
}

/** A page of at most MaxRecords items; the token is the place of the next one. */
function cut<Item>(
  items: readonly Item[],
  parameters: URLSearchParams,
  most: number,
): { readonly page: readonly Item[]; readonly next: readonly XmlNode[] } {
  const size = parameters.has('MaxRecords') ? wholeNumber(parameters, 'MaxRecords') : 50;
  if (size < 1 || size > most) throw validation(`MaxRecords must be between 1 and ${most}`);
  const token = parameters.get('NextToken') ?? '0';
  if (!/^\d{1,6}$/.test(token))
    throw new WireError(400, 'InvalidNextToken', 'The token is not valid.');
  const end = Number(token) + size;
  const page = items.slice(Number(token), end);
  return { page, next: end < items.length ? [['NextToken', end]] : [] };
}

function groupMembers(group: LocalGroup): XmlNode[] {
  const { settings } = group;
  return [
    ['AutoScalingGroupName', settings.name],
    ['AutoScalingGroupARN', arnOf(group)],
    ['MinSize', settings.minSize],
    ['MaxSize', settings.maxSize],
    ['DesiredCapacity', group.desired()],
    ['DefaultCooldown', 300],
    ['AvailabilityZones', [['member', `${settings.region}a`]]],
    ['HealthCheckType', 'EC2'],
    ['CreatedTime', '2026-01-01T00:00:00Z'],
    [
      'Instances',
      group.instances().map(({ id, state }): XmlNode => [
        'member',
        [
          ['InstanceId', id],
          ['AvailabilityZone', `${settings.region}a`],
          ['LifecycleState', state],
          ['HealthStatus', 'Healthy'],
          ['ProtectedFromScaleIn', false],
        ],
      ]),
    ],
  ];
}

function activityMembers(activity: ScalingActivity, group: LocalGroup): XmlNode[] {
  const end: XmlNode[] =
    activity.endedAtMs === undefined
      ? []
      : [['EndTime', new Date(activity.endedAtMs).toISOString()]];
  const message: XmlNode[] =
    activity.message === undefined ? [] : [['StatusMessage', activity.message]];
  return [
    ['ActivityId', activity.id],
    ['AutoScalingGroupName', group.settings.name],
    ['Description', activity.description],
    ['Cause', 'a difference between desired and actual capacity'],
    ['StartTime', new Date(activity.startedAtMs).toISOString()],
    ...end,
    ['StatusCode', activity.status],
    ...message,
    ['Progress', activity.status === 'InProgress' ? 30 : 100],
  ];
}

function arnOf({ settings }: LocalGroup): string {
  return `arn:aws:autoscaling:${settings.region}:123456789012:autoScalingGroup:00000000-0000-4000-8000-000000000000:autoScalingGroupName/${settings.name}`;
}

function wholeNumber(parameters: URLSearchParams, name: string): number {
  const text = parameters.get(name) ?? '';
  if (!/^-?\d{1,9}$/.test(text)) throw validation(`${name} must be a number, not '${text}'`);
  return Number(text);
}

function validation(message: string): WireError {
  return new WireError(400, 'ValidationError', message);
}
