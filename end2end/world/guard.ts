// Watches a browser for what no journey may cause: console noise, script errors, violations of the
// Content-Security-Policy (Chromium prints them to the console) and requests to other hosts.
import { expect, type BrowserContext, type Page } from '@playwright/test';

export class Guard {
  private readonly problems: string[] = [];
  private readonly allowed: RegExp[] = [];

  constructor(private readonly origin: string) {}

  /** A message that this journey is meant to cause: a refused page, a server that is away. */
  allow(message: RegExp): void {
    this.allowed.push(message);
  }

  watch(context: BrowserContext): void {
    context.on('console', (message) => {
      if (message.type() === 'warning' || message.type() === 'error') {
        this.problems.push(`console ${message.type()}: ${message.text()} (${message.location().url})`);
      }
    });
    context.on('weberror', (error) => this.problems.push(`script error: ${error.error().message}`));
    context.on('request', (request) => this.ask(request.url()));
    context.on('page', (page: Page) => page.on('websocket', (socket) => this.ask(socket.url())));
  }

  check(): void {
    const unexpected = this.problems.filter((problem) => !this.allowed.some((allowed) => allowed.test(problem)));
    expect(unexpected, 'console warnings and errors, policy violations, requests to other hosts').toEqual([]);
  }

  private ask(url: string): void {
    const { protocol, host } = new URL(url);
    if (protocol === 'data:' || protocol === 'blob:' || host === new URL(this.origin).host) return;
    this.problems.push(`request to another host: ${url}`);
  }
}
