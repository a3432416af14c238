// A web application behind nginx, which asks Sightline for each request, as `docs/web-sso/nginx.conf` has it.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, Program } from './processes.ts';
import type { Product } from './product.ts';

const CONFIG = resolve(dirname(fileURLToPath(import.meta.url)), '../../docs/web-sso/nginx.conf');
/** Debian keeps it out of the path of ordinary users. */
const NGINX = process.env['NGINX'] ?? '/usr/sbin/nginx';

export class WebApp {
  private constructor(
    /** Where browsers go: another host than Sightline's. */
    readonly url: string,
    private readonly folder: string,
    private readonly nginx: Program,
    private readonly backend: Server,
  ) {}

  /** Starts it and registers it as the agent `crm`. */
  static async start(product: Product): Promise<WebApp> {
    const [port, backendPort] = [await freePort(), await freePort()];
    // Whom it is told that it serves, and the address that was asked for.
    const backend = createServer((request, answer) => {
      const user = String(request.headers['remote-user'] ?? 'nobody');
      const name = String(request.headers['remote-name'] ?? '');
      answer.setHeader('content-type', 'text/html; charset=utf-8');
      answer.end(
        `<!doctype html><html lang="en"><title>CRM</title><link rel="icon" href="data:,">` +
          `<h1>Deals</h1><p>${user} (${name}) asked for ${request.url?.replaceAll('&', '&amp;')}</p>` +
          `<a href="/sso/sign-out">Leave</a>`,
      );
    });
    await new Promise<void>((listening) => backend.listen(backendPort, '127.0.0.1', listening));

    const folder = mkdtempSync(join(tmpdir(), 'sightline-nginx-'));
    const server = readFileSync(CONFIG, 'utf8')
      .replace('listen 443 ssl;', `listen 127.0.0.1:${port};`)
      .replace(/^\s*ssl_.*$/gm, '')
      .replaceAll('127.0.0.1:3000', `127.0.0.1:${product.webPort}`)
      .replaceAll('127.0.0.1:8080', `127.0.0.1:${backendPort}`);
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => {
      mkdirSync(join(folder, kind));
      return `${kind}_temp_path ${join(folder, kind)};`;
    });
    const config = join(folder, 'nginx.conf');
    writeFileSync(
      config,
      [
        'daemon off;',
        'master_process off;',
        `pid ${join(folder, 'pid')};`,
        'error_log stderr notice;',
        'events {}',
        `http {\naccess_log off;\n${temporary.join('\n')}\n${server}\n}\n`,
      ].join('\n'),
    );
    const nginx = new Program('nginx', NGINX, ['-e', 'stderr', '-c', config]);
    await nginx.says(/start worker processes|using the "epoll" event method|OS: /);
    const url = `http://localhost:${port}`;
    await product.cli(['agent', 'add', 'crm', '--url', url, '--display-name', 'The CRM']);
    // Sightline learns of it a moment later; until then nobody is sent anywhere.
    const deadline = Date.now() + 10_000;
    while ((await fetch(url, { redirect: 'manual' })).status !== 302) {
      if (Date.now() > deadline) throw new Error(`nginx lets nobody sign in; it said:\n${nginx.output}`);
      await new Promise((again) => setTimeout(again, 25));
    }
    return new WebApp(url, folder, nginx, backend);
  }

  async stop(): Promise<void> {
    await this.nginx.stop();
    this.backend.closeAllConnections();
    await new Promise((closed) => this.backend.close(closed));
    rmSync(this.folder, { recursive: true, force: true });
  }
}
