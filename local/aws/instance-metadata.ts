import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { LocalGroup } from './group.ts';
import type { LocalInstance } from './instance.ts';

/** Path under which each instance finds its own metadata: `/imds/<instance id>/latest/…`. */
export const METADATA_PREFIX = '/imds/';

/** An answer of the metadata service. */
export type MetadataAnswer = { readonly status: number; readonly text: string };

/** The instance metadata service, version 2 only: without a token there is no answer. */
export interface InstanceMetadata {
  answer(call: {
    readonly method: string;
    readonly path: string;
    readonly headers: IncomingHttpHeaders;
  }): MetadataAnswer;
}

const MOST_TOKEN_SECONDS = 21_600;
const MOST_TOKENS = 10_000;

/** Creates the service for the instances of a group. */
export function createInstanceMetadata(group: LocalGroup): InstanceMetadata {
  const expiryByToken = new Map<string, number>();

  function giveToken(headers: IncomingHttpHeaders): MetadataAnswer {
    const seconds = Number(headers['x-aws-ec2-metadata-token-ttl-seconds']);
    if (!Number.isInteger(seconds) || seconds < 1 || seconds > MOST_TOKEN_SECONDS) {
      return { status: 400, text: 'Bad Request' };
    }
    if (expiryByToken.size >= MOST_TOKENS) expiryByToken.clear();
    const token = randomBytes(30).toString('base64url');
    expiryByToken.set(token, Date.now() + seconds * 1_000);
    return { status: 200, text: token };
  }

  return {
    answer: ({ method, path, headers }) => {
      const [id = '', ...rest] = path.slice(METADATA_PREFIX.length).split('/');
      const instance = group.find(id);
      if (instance === undefined) return { status: 404, text: 'Not Found' };
      const wanted = rest.join('/');
      if (method === 'PUT' && wanted === 'latest/api/token') return giveToken(headers);
      const token = String(headers['x-aws-ec2-metadata-token']);
      if ((expiryByToken.get(token) ?? 0) < Date.now())
        return { status: 401, text: 'Unauthorized' };
      const text = method === 'GET' ? valueOf(wanted, instance, group) : undefined;
      return text === undefined ? { status: 404, text: 'Not Found' } : { status: 200, text };
    },
  };
}

function valueOf(path: string, instance: LocalInstance, group: LocalGroup): string | undefined {
  switch (path) {
    case 'latest/meta-data/instance-id':
      return instance.id;
    case 'latest/meta-data/placement/region':
      return group.settings.region;
    case 'latest/meta-data/autoscaling/target-lifecycle-state':
      return instance.state.startsWith('Termin') ? 'Terminated' : 'InService';
    case 'latest/meta-data/spot/instance-action':
      return spotAction(instance);
    default:
      return undefined;
  }
}

function spotAction({ spotInterruptionAtMs }: LocalInstance): string | undefined {
  if (spotInterruptionAtMs === undefined) return undefined;
  const time = new Date(spotInterruptionAtMs).toISOString().replace(/\.\d+Z$/, 'Z');
  return JSON.stringify({ action: 'terminate', time });
}
