import type { IncomingHttpHeaders } from 'node:http';
import { matchAutoScaling } from './auto-scaling-api.ts';
import { CLOUDFRONT_PREFIX, matchCloudFront, type CloudFrontDeps } from './cloudfront-api.ts';
import type { EventLog } from './event-log.ts';
import type { Faults } from './faults.ts';
import type { LocalGroup } from './group.ts';
import { checkSignature } from './signature.ts';
import { WireError } from './wire-error.ts';
import { renderXml, type XmlNode } from './xml.ts';

const CLOUDFRONT_XMLNS = 'http://cloudfront.amazonaws.com/doc/2020-05-31/';
const AUTO_SCALING_XMLNS = 'http://autoscaling.amazonaws.com/doc/2011-01-01/';

/** A call on the wire. */
export type WireCall = {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

/** An answer on the wire, XML. */
export type WireAnswer = { readonly status: number; readonly xml: string };

/** What the two APIs work on. */
export type AwsCallsDeps = CloudFrontDeps & {
  readonly group: LocalGroup;
  readonly faults: Faults;
  readonly log: EventLog;
};

type Matched = {
  readonly action: string;
  readonly detail: Readonly<Record<string, string | number>>;
  readonly run: () => WireAnswer;
};

/**
 * Answers a call of either API, as AWS would.
 *
 * @throws ConnectionCut where a fault rule cuts the answer.
 */
export async function answerAws(call: WireCall, deps: AwsCallsDeps): Promise<WireAnswer> {
  const isCloudFront = call.url.pathname.startsWith(CLOUDFRONT_PREFIX);
  const xmlns = isCloudFront ? CLOUDFRONT_XMLNS : AUTO_SCALING_XMLNS;
  try {
    const { action, detail, run } = isCloudFront ? cloudFront(call, deps) : autoScaling(call, deps);
    try {
      const answer = await deps.faults.run(action, run);
      deps.log.add({ event: action, detail });
      return answer;
    } catch (error) {
      const code = error instanceof WireError ? error.code : String(error);
      deps.log.add({ event: action, detail, error: code });
      throw error;
    }
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    return { status: error.status, xml: renderXml(errorNode(error), xmlns) };
  }
}

function cloudFront(call: WireCall, deps: AwsCallsDeps): Matched {
  checkSignature(call.headers, 'cloudfront', Date.now());
  const { action, detail, run } = matchCloudFront(call, deps);
  return {
    action,
    detail,
    run: () => {
      const { status, root } = run();
      return { status, xml: renderXml(root, CLOUDFRONT_XMLNS) };
    },
  };
}

function autoScaling(call: WireCall, deps: AwsCallsDeps): Matched {
  const { region } = checkSignature(call.headers, 'autoscaling', Date.now());
  if (call.method !== 'POST') throw new WireError(400, 'InvalidAction', 'Only POST is served');
  // Another region has other groups: none.
  const groups = region === deps.group.settings.region ? [deps.group] : [];
  const { action, detail, run } = matchAutoScaling(new URLSearchParams(call.body), groups);
  return {
    action,
    detail,
    run: () => {
      const members = run();
      const result: XmlNode[] = members === undefined ? [] : [[`${action}Result`, members]];
      const root: XmlNode = [`${action}Response`, [...result, responseMetadata()]];
      return { status: 200, xml: renderXml(root, AUTO_SCALING_XMLNS) };
    },
  };
}

function errorNode({ code, message, status }: WireError): XmlNode {
  const type = status < 500 ? 'Sender' : 'Receiver';
  return [
    'ErrorResponse',
    [
      [
        'Error',
        [
          ['Type', type],
          ['Code', code],
          ['Message', message],
        ],
      ],
      ['RequestId', crypto.randomUUID()],
    ],
  ];
}

function responseMetadata(): XmlNode {
  return ['ResponseMetadata', [['RequestId', crypto.randomUUID()]]];
}
