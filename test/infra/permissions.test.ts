import { expect, test } from 'vitest';
import { projectRoot } from '../../local/project-root.ts';
import { callsOf, permissionsOf } from './roles.ts';
import { synthesise, textOf } from './synthesised.ts';

const PRODUCT = ['activities', 'api', 'codec', 'domain', 'edge', 'workers', 'workflows'];
const { main } = synthesise();

function actionsOn(services: readonly string[], rolePrefix: string): string[] {
  return permissionsOf(main, rolePrefix)
    .map(({ action }) => action)
    .filter((action) => services.includes(action.replace(/:.*/, '')))
    .sort();
}

test('allows every AWS call of the product and nothing more', () => {
  const services = ['autoscaling', 'cloudfront'];

  const allowed = [...actionsOn(services, 'ControlService'), ...actionsOn(services, 'FetchRole')];

  expect(allowed.sort()).toEqual([...callsOf(projectRoot(), PRODUCT)].sort());
});

test('allows a fetch worker to end its own draining, and no other call to Auto Scaling or CloudFront', () => {
  const actions = permissionsOf(main, 'FetchRole').filter(
    ({ action }) => !/^(?:ecr|logs|secretsmanager):/.test(action),
  );

  expect(actions.map(({ action }) => action)).toEqual(['autoscaling:CompleteLifecycleAction']);
  expect(textOf(actions[0]?.resource)).toMatch(/:autoScalingGroupName\/prewarm-fetch$/);
});

test('gives the api no AWS permission of its own', () => {
  expect(permissionsOf(main, 'ApiServiceTaskTaskRole')).toEqual([]);
});

test('names the resource of every action that can be limited to one', () => {
  const everywhere = ['ControlService', 'FetchRole', 'ApiService']
    .flatMap((role) => permissionsOf(main, role))
    .filter(({ resource }) => resource === '*')
    .map(({ action }) => action);

  const withoutResourceLevel =
    /^(?:ecr:GetAuthorizationToken|autoscaling:Describe\w+|cloudfront:List\w+)$/;
  expect(everywhere.filter((action) => !withoutResourceLevel.test(action))).toEqual([]);
});

test('grants no wildcard action', () => {
  const roles = ['ControlService', 'FetchRole', 'ApiService'];

  const wildcards = roles
    .flatMap((role) => permissionsOf(main, role))
    .filter(({ action }) => action.includes('*'));

  expect(wildcards).toEqual([]);
});
