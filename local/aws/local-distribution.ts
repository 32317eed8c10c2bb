import type { DistributionSettings } from '../edge/distribution.ts';
import type { XmlNode } from './xml.ts';

/** A distribution as ListDistributions shows it. */
export type LocalDistribution = {
  readonly id: string;
  readonly domainName: string;
  readonly aliases: readonly string[];
  readonly isEnabled: boolean;
  readonly isDeployed: boolean;
  readonly isStaging: boolean;
  readonly isTenantOnly: boolean;
  readonly priceClass: string;
  readonly originShieldRegion?: string;
};

/** Shows a distribution of the simulated CloudFront. */
export function fromSettings(settings: DistributionSettings): LocalDistribution {
  return {
    id: settings.id,
    domainName: settings.domainName,
    aliases: settings.aliases,
    isEnabled: settings.enabled,
    isDeployed: true,
    isStaging: false,
    isTenantOnly: false,
    priceClass: settings.priceClass,
    ...(settings.originShieldRegion === undefined
      ? {}
      : { originShieldRegion: settings.originShieldRegion }),
  };
}

/** A DistributionSummary: the members that tell distributions apart. */
export function distributionSummary(distribution: LocalDistribution): XmlNode {
  const { id, aliases, originShieldRegion } = distribution;
  return [
    'DistributionSummary',
    [
      ['Id', id],
      ['ARN', `arn:aws:cloudfront::123456789012:distribution/${id}`],
      ['Status', distribution.isDeployed ? 'Deployed' : 'InProgress'],
      ['LastModifiedTime', '2026-01-01T00:00:00Z'],
      ['DomainName', distribution.domainName],
      ['Aliases', quantity(aliases.map((alias) => ['CNAME', alias]))],
      ['Origins', quantity([['Origin', origin(originShieldRegion)]])],
      ['Comment', ''],
      ['PriceClass', distribution.priceClass],
      ['Enabled', distribution.isEnabled],
      ['WebACLId', ''],
      ['HttpVersion', 'http2'],
      ['IsIPV6Enabled', true],
      ['Staging', distribution.isStaging],
      ['ConnectionMode', distribution.isTenantOnly ? 'tenant-only' : 'direct'],
    ],
  ];
}

function origin(shieldRegion: string | undefined): readonly XmlNode[] {
  const shield: XmlNode[] =
    shieldRegion === undefined
      ? [['Enabled', false]]
      : [
          ['Enabled', true],
          ['OriginShieldRegion', shieldRegion],
        ];
  return [
    ['Id', 'origin'],
    ['DomainName', 'origin.example.com'],
    ['OriginPath', ''],
    ['OriginShield', shield],
  ];
}

function quantity(items: readonly XmlNode[]): readonly XmlNode[] {
  const count: XmlNode = ['Quantity', items.length];
  return items.length === 0 ? [count] : [count, ['Items', items]];
}
