// The product: the release build of the server on a data folder of its own, and its command line.
import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, Program, run } from './processes.ts';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** The program under test. */
export const SIGHTLINE = resolve(process.env['SIGHTLINE_BIN'] ?? `${ROOT}/target/release/sightline`);

/** The demo, whose desktops are targets. */
export const DEMO = resolve(process.env['DEMO_BIN'] ?? join(dirname(SIGHTLINE), 'demo'));

/** The web assets that it serves. */
export const SITE = resolve(process.env['SIGHTLINE_SITE'] ?? join(dirname(SIGHTLINE), 'site'));

/** A session as the API writes it. */
export interface ApiSession {
  id: string;
  user: string;
  full_name: string;
  device: string;
  client: string;
  started_at: string;
  type: string;
  port: number;
  service_url: string;
  account_name: string;
  service_provider: string;
  agent: string | null;
  jump_server_group: string | null;
  watchers: number;
  idle_ms: number;
  node: string;
}

export interface Answer {
  status: number;
  type: string;
  body: string;
}

export class Product {
  private server: Program | undefined;
  /** The web assets that the next start serves. */
  site = SITE;

  private constructor(
    readonly data: string,
    readonly webPort: number,
    readonly sshPort: number,
    readonly pgPort: number,
  ) {}

  static async at(data: string): Promise<Product> {
    if (!existsSync(SIGHTLINE)) {
      throw new Error(`${SIGHTLINE} is missing: build it with \`cargo xtask test\`, or name one in SIGHTLINE_BIN`);
    }
    return new Product(data, await freePort(), await freePort(), await freePort());
  }

  get url(): string {
    return `http://127.0.0.1:${this.webPort}`;
  }

  private get env(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      SIGHTLINE_DATA: this.data,
      SIGHTLINE_WEB_ADDR: `127.0.0.1:${this.webPort}`,
      SIGHTLINE_SSH_ADDR: `127.0.0.1:${this.sshPort}`,
      SIGHTLINE_PG_ADDR: `127.0.0.1:${this.pgPort}`,
      SIGHTLINE_PUBLIC_URL: this.url,
      SIGHTLINE_NODE: 'gw-test-1',
      SIGHTLINE_SITE: this.site,
    };
  }

  /** Starts the server and waits until it is ready; returns what it printed. */
  async start(): Promise<Program> {
    const server = new Program('sightline serve', SIGHTLINE, ['serve'], this.env);
    this.server = server;
    const deadline = Date.now() + 20_000;
    while ((await this.get('/readyz').catch(() => undefined))?.status !== 200) {
      if (!server.running || Date.now() > deadline) {
        throw new Error(`the server is not ready; it said:\n${server.output}`);
      }
      // A port offers nothing to wait on: ask again a little later.
      await new Promise((again) => setTimeout(again, 25));
    }
    return server;
  }

  async stop(): Promise<void> {
    await this.server?.stop();
  }

  /** All that the server printed since its last start. */
  get log(): string {
    return this.server?.output ?? '';
  }

  /** Runs a command of the command line; anything but success is an error. */
  async cli(args: readonly string[], input?: string): Promise<string> {
    const done = await run(SIGHTLINE, args, input === undefined ? { env: this.env } : { env: this.env, input });
    if (done.code !== 0) {
      throw new Error(`sightline ${args.join(' ')} ended with ${done.code}: ${done.stderr}${done.stdout}`);
    }
    return done.stdout;
  }

  /** One request without a browser. */
  get(path: string, token?: string): Promise<Answer> {
    return this.ask('GET', path, token);
  }

  post(path: string, token: string, body: unknown): Promise<Answer> {
    return this.ask('POST', path, token, body);
  }

  private ask(method: string, path: string, token?: string, body?: unknown): Promise<Answer> {
    return new Promise((done, failed) => {
      const headers: Record<string, string> = {};
      if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
      if (body !== undefined) headers['content-type'] = 'application/json';
      const asked = request({ host: '127.0.0.1', port: this.webPort, path, method, headers, agent: false }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        answer.on('end', () =>
          done({ status: answer.statusCode ?? 0, type: answer.headers['content-type'] ?? '', body: text }),
        );
      });
      asked.on('error', failed);
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** The open sessions that the token's user may see. */
  async sessions(token: string): Promise<ApiSession[]> {
    const answer = await this.get('/api/v1/sessions', token);
    if (answer.status !== 200) throw new Error(`GET /api/v1/sessions: ${answer.status} ${answer.body}`);
    return JSON.parse(answer.body) as ApiSession[];
  }
}
