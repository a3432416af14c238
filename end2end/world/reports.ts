// Sessions that another system reports, by the thousand.
import { AGENT, type World } from './world.ts';

/** Most reports of one request. */
const BATCH = 1000;

interface Answers {
  answers: { status: string; key: string; session: string; reason?: string }[];
}

/** A system that reports its sessions with the token of the world's agent. */
export class Source {
  /** Ids of the open sessions by their keys, in the order in which they were opened. */
  readonly open = new Map<string, string>();
  private count = 0;

  private constructor(
    private readonly world: World,
    private readonly token: string,
  ) {}

  static async of(world: World): Promise<Source> {
    return new Source(world, (await world.product.cli(['agent', 'token', AGENT])).trim());
  }

  /** Opens so many sessions; each later one has started a second after the one before. Their ids. */
  async opens(count: number): Promise<string[]> {
    const start = Date.now() - 86_400_000;
    const reports = Array.from({ length: count }, () => {
      const nth = this.count++;
      const open = {
        ...{ key: `s-${nth}`, user: `user-${String((nth * 7919) % 9973).padStart(5, '0')}`, full_name: `User ${nth}` },
        ...{ device: `10.4.${(nth >> 8) % 256}.${nth % 256}`, client: `ws-${nth % 89}`, port: 443, type: 'WebSSO' },
        ...{ service_url: 'https://crm.example', account_name: `crm-${nth % 31}`, lease_seconds: 600 },
        started_at: new Date(start + nth * 1000).toISOString(),
      };
      return { open };
    });
    const answers = await this.send(reports);
    for (const { key, session, status } of answers) {
      if (status !== 'opened') throw new Error(`${key} is ${status}`);
      this.open.set(key, session);
    }
    return answers.map((answer) => answer.session);
  }

  /** Closes so many of the oldest, or those with the ids. */
  async closes(which: number | readonly string[]): Promise<void> {
    const all = [...this.open];
    const chosen = typeof which === 'number' ? all.slice(0, which) : all.filter(([, id]) => which.includes(id));
    for (const { key, status } of await this.send(chosen.map(([key]) => ({ close: { key } })))) {
      if (status !== 'closed') throw new Error(`${key} is ${status}`);
      this.open.delete(key);
    }
  }

  private async send(reports: readonly unknown[]): Promise<Answers['answers']> {
    const all: Answers['answers'] = [];
    for (let at = 0; at < reports.length; at += BATCH) {
      const answer = await this.world.product.post('/api/v1/reports', this.token, reports.slice(at, at + BATCH));
      if (answer.status !== 200) throw new Error(`reports: ${answer.status} ${answer.body}`);
      all.push(...(JSON.parse(answer.body) as Answers).answers);
    }
    return all;
  }
}
