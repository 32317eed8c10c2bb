import { execFile } from 'node:child_process';

import { z } from 'zod';

/** What curl got. */
export type CurlResult = {
  /** 0, or curl's error: 18 partial body, 28 timeout, 35/56 reset, 60 certificate. */
  exitCode: number;
  status: number;
  bodyBytes: number;
  /** Header names in lower case; a header that came twice has two values. */
  headers: Record<string, string[]>;
};

const headersSchema = z.record(z.string(), z.array(z.string()));

/** Runs curl without following redirects and without keeping the body. */
export function curl(args: readonly string[]): Promise<CurlResult> {
  const always = ['--silent', '--max-time', '10', '--noproxy', '*', '--output', '/dev/null'];
  const report = ['--write-out', String.raw`%{http_code} %{size_download}\n%{header_json}`];
  return new Promise((resolve, reject) => {
    const child = execFile('curl', [...always, ...report, ...args], (error, stdout) => {
      if (error !== null && child.exitCode === null) {
        reject(new Error('curl can not be run', { cause: error }));
        return;
      }
      const [figures = '', ...json] = stdout.split('\n');
      const [status, bodyBytes] = figures.split(' ').map(Number);
      const headers = headersSchema.parse(JSON.parse(json.join('\n') || '{}'));
      const exitCode = child.exitCode ?? 0;
      resolve({ exitCode, status: status ?? 0, bodyBytes: bodyBytes ?? 0, headers });
    });
  });
}
