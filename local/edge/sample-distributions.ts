import type { DistributionSettings } from './distribution.ts';

/**
 * The distributions of the sample site: one with Server-Timing, one without, one with Origin
 * Shield. All show the same site.
 */
export const SAMPLE_DISTRIBUTIONS: readonly DistributionSettings[] = [
  {
    id: 'E2EXAMPLE1WARM',
    domainName: 'd111111abcdef8.cloudfront.net',
    aliases: ['www.example.com'],
    serverTiming: true,
    enabled: true,
    priceClass: 'PriceClass_All',
    behaviours: [
      { pathPattern: '/disabled/*', caching: 'disabled' },
      { pathPattern: '/ttl0/*', maxTtlSeconds: 0 },
      { pathPattern: '/query/*', queryStringInKey: true },
      { pathPattern: '/no-timing/*', serverTiming: false },
      { pathPattern: '/secure/*', viewerProtocolPolicy: 'redirect-to-https' },
      { pathPattern: '/https-only/*', viewerProtocolPolicy: 'https-only' },
      { pathPattern: '*', compress: true },
    ],
  },
  {
    id: 'E2EXAMPLE2PLAIN',
    domainName: 'd222222abcdef8.cloudfront.net',
    aliases: ['static.example.com'],
    serverTiming: false,
    enabled: true,
    priceClass: 'PriceClass_All',
    behaviours: [{ pathPattern: '*', compress: true }],
  },
  {
    id: 'E2EXAMPLE3SHIELD',
    domainName: 'd333333abcdef8.cloudfront.net',
    aliases: ['shield.example.com'],
    originShieldRegion: 'us-east-1',
    serverTiming: true,
    enabled: true,
    priceClass: 'PriceClass_All',
    behaviours: [{ pathPattern: '*', compress: true }],
  },
];
