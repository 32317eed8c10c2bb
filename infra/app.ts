import { App, Tags } from 'aws-cdk-lib';
import { createPrewarmStack } from './prewarm-stack.ts';
import { createSecretsStack } from './secrets-stack.ts';
import { readSettings } from './settings.ts';

/**
 * Both stacks of an installation.
 *
 * @throws Error when the CDK context holds a bad setting.
 */
export function createApp(context: Readonly<Record<string, string>> = {}): App {
  const app = new App({ context });
  const settings = readSettings(app);
  createPrewarmStack(app, settings, createSecretsStack(app, settings));
  Tags.of(app).add('application', settings.name, {
    // cfn-lint's schema of a listener knows no tags.
    excludeResourceTypes: ['AWS::ElasticLoadBalancingV2::Listener'],
  });
  return app;
}
