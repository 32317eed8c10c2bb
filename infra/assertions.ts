/** The CDK's assertions: tests live outside this package and reach them through here. */
export { Match, Template } from 'aws-cdk-lib/assertions';
