// A small web application that signs people in with Sightline by OpenID Connect, and is told when that is over.
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Tokens {
  id_token: string;
}

/** What an ID token or a logout token says; the product's own tests look at signatures. */
function claims(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
}

async function body(request: IncomingMessage): Promise<URLSearchParams> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk as string;
  return new URLSearchParams(text);
}

export class Application {
  /** Verifiers of sign-ins under way, by state. */
  private readonly begun = new Map<string, string>();
  /** Who is signed in, by `sid`. */
  private readonly people = new Map<string, string>();
  secret = '';

  private constructor(
    private readonly server: Server,
    readonly url: string,
    private readonly issuer: string,
    readonly client: string,
  ) {}

  static async start(issuer: string, client: string): Promise<Application> {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    const application = new Application(server, `http://127.0.0.1:${port}`, issuer, client);
    server.on('request', (request, response) => {
      application.answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
    });
    return application;
  }

  /** The words of the command line that make it known. */
  get registration(): string[] {
    const { url, client } = this;
    const add = ['agent', 'add', client, '--url', url, '--display-name', 'The wiki', '--redirect', `${url}/back`];
    return [...add, '--sign-out-redirect', `${url}/bye`, '--back-channel', `${url}/ended`];
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', this.url);
    response.setHeader('content-type', 'text/html');
    if (pathname === '/ended') {
      const token = (await body(request)).get('logout_token') ?? '';
      this.people.delete(String(claims(token)['sid']));
      response.end();
    } else if (pathname === '/back') {
      await this.back(searchParams, response);
    } else if (pathname === '/bye') {
      response.end('<!doctype html><title>Bye</title><h1>Bye</h1>');
    } else if (pathname === '/favicon.ico') {
      response.writeHead(204).end();
    } else {
      const sid = /(?:^|; )wiki=([^;]+)/.exec(request.headers.cookie ?? '')?.[1] ?? '';
      const person = this.people.get(sid);
      if (person === undefined) this.begin(response);
      else response.end(`<!doctype html><title>Wiki</title><h1>Hello ${person}</h1><a href="${this.logout}">Leave</a>`);
    }
  }

  /** Asks the person whether to sign out, since it sends no ID token along. */
  private get logout(): string {
    const query = new URLSearchParams({ client_id: this.client, post_logout_redirect_uri: `${this.url}/bye` });
    return `${this.issuer}/oidc/logout?${query}`.replaceAll('&', '&amp;');
  }

  private begin(response: ServerResponse): void {
    const verifier = randomBytes(32).toString('base64url');
    const state = randomBytes(16).toString('base64url');
    this.begun.set(state, verifier);
    const query = new URLSearchParams({
      client_id: this.client,
      response_type: 'code',
      redirect_uri: `${this.url}/back`,
      scope: 'openid profile',
      state,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    });
    response.writeHead(302, { location: `${this.issuer}/oidc/authorize?${query}` }).end();
  }

  private async back(answer: URLSearchParams, response: ServerResponse): Promise<void> {
    const verifier = this.begun.get(answer.get('state') ?? '');
    if (verifier === undefined || answer.get('iss') !== this.issuer) throw new Error(`${answer} is no answer`);
    const asked = await fetch(`${this.issuer}/oidc/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${this.client}:${this.secret}`).toString('base64')}` },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code: answer.get('code') ?? '',
        redirect_uri: `${this.url}/back`,
        code_verifier: verifier,
      }),
    });
    if (!asked.ok) throw new Error(`no tokens: ${asked.status} ${await asked.text()}`);
    const told = claims(((await asked.json()) as Tokens).id_token);
    this.people.set(String(told['sid']), String(told['preferred_username']));
    response.writeHead(302, { location: '/', 'set-cookie': `wiki=${told['sid']}; HttpOnly; Path=/` }).end();
  }
}
