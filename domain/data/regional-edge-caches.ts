/**
 * Regional edge caches: the AWS Regions that hold one, with the place name AWS uses.
 *
 * Twelve are the Origin Shield Regions of the CloudFront Developer Guide ("Choosing the AWS Region for
 * Origin Shield"); us-west-1 is the thirteenth that AWS's key features page counts, less sure.
 */
export const REGIONAL_EDGE_CACHES: Readonly<Record<string, string>> = {
  'ap-northeast-1': 'Tokyo',
  'ap-northeast-2': 'Seoul',
  'ap-south-1': 'Mumbai',
  'ap-southeast-1': 'Singapore',
  'ap-southeast-2': 'Sydney',
  'eu-central-1': 'Frankfurt',
  'eu-west-1': 'Dublin',
  'eu-west-2': 'London',
  'sa-east-1': 'São Paulo',
  'us-east-1': 'N. Virginia',
  'us-east-2': 'Ohio',
  'us-west-1': 'N. California',
  'us-west-2': 'Oregon',
};
