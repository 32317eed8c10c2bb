import { App, Tags } from 'aws-cdk-lib/core';
import { createPrewarmStack } from './prewarm-stack.ts';
import { createSecretsStack } from './secrets-stack.ts';
import { readSettings } from './settings.ts';

/** Where the app comes from and goes to; the CDK's command line gives both by itself. */
export type AppOptions = {
  readonly context?: Readonly<Record<string, string>>;
  /** Folder of the synthesised templates. */
  readonly outdir?: string;
};

/**
 * Both stacks of an installation.
 *
 * @throws Error when the CDK context holds a bad setting.
 */
export function createApp(options: AppOptions = {}): App {
  const app = new App(options);
  const settings = readSettings(app);
  createPrewarmStack(app, settings, createSecretsStack(app, settings));
  Tags.of(app).add('application', settings.name, {
    // cfn-lint's schema of a listener knows no tags.
    excludeResourceTypes: ['AWS::ElasticLoadBalancingV2::Listener'],
  });
  return app;
}
