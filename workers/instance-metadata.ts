/** Client of the EC2 instance metadata service, version 2. */
export interface InstanceMetadataClient {
  /**
   * The text of a metadata path below `latest/meta-data/`; undefined where there is none.
   *
   * @throws Error when the service does not answer within 2 s, or refuses.
   */
  read(path: string): Promise<string | undefined>;
}

const TOKEN_SECONDS = 21_600;
/** Renewed well before its end, so that a clock that drifts does no harm. */
const TOKEN_AGE_MS = 18_000_000;
const TIME_LIMIT_MS = 2_000;

/** Creates a client; asks for a token with the first read (EC2 User Guide, "Use IMDSv2"). */
export function createInstanceMetadataClient(endpoint: string): InstanceMetadataClient {
  const base = endpoint.replace(/\/+$/, '');
  let token: { readonly text: string; readonly atMs: number } | undefined;

  async function readToken(): Promise<string> {
    if (token !== undefined && Date.now() - token.atMs < TOKEN_AGE_MS) return token.text;
    const answer = await ask(`${base}/latest/api/token`, {
      method: 'PUT',
      headers: { 'x-aws-ec2-metadata-token-ttl-seconds': String(TOKEN_SECONDS) },
    });
    if (!answer.ok) throw new Error(`The metadata service gave no token: HTTP ${answer.status}`);
    token = { text: await answer.text(), atMs: Date.now() };
    return token.text;
  }

  return {
    read: async (path) => {
      const answer = await ask(`${base}/latest/meta-data/${path}`, {
        headers: { 'x-aws-ec2-metadata-token': await readToken() },
      });
      const text = await answer.text();
      if (answer.ok) return text;
      if (answer.status === 401) token = undefined;
      if (answer.status === 404) return undefined;
      throw new Error(`The metadata service answered HTTP ${answer.status} to ${path}`);
    },
  };
}

function ask(url: string, init: RequestInit): Promise<Response> {
  return fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(TIME_LIMIT_MS) });
}
