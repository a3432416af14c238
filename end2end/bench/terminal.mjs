// How much text the page's terminal takes in a second. The page's own socket for live screens is
// replaced by one that makes the server's frames inside the page, so that neither the network nor
// the server is measured; frames come one task each, as from a real socket.
import { measure, options, say, sshRow } from './page.mjs';
import { untilShown, watchTasks } from './tasks.mjs';

/** Bytes of text at a time: the page may lag this far behind before it asks for a fresh picture. */
const BURST = 20_000_000;

await measure(
  async (page) => {
    await sshRow(page).getByRole('button', { name: 'Watch', exact: true }).click();
    await untilShown(page, 'fed by the bench');
    await watchTasks(page);
    say('ready');
    const bursts = Math.max(1, Math.round((options.megabytes * 1e6) / BURST));
    let milliseconds = 0;
    let bytes = 0;
    for (let burst = 1; burst <= bursts; burst++) {
      const end = `end-of-burst-${burst}`;
      const shown = untilShown(page, end);
      const sent = await page.evaluate(([bytes, end]) => window.feed(bytes, end), [BURST, end]);
      milliseconds += (await shown) - sent.start;
      bytes += sent.bytes;
    }
    const longest = await page.evaluate(() => window.longestTask());
    say({ megabytes_per_second: bytes / 1e3 / milliseconds, longest_task_ms: longest });
  },
  () => {
    const utf8 = new TextEncoder();
    // The frames of the server in postcard: the number of the variant, then the fields; integers
    // as LEB128, text with its length before it.
    const leb = (value) => {
      const bytes = [];
      for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
      return [...bytes, value];
    };
    const text = (value) => {
      const bytes = utf8.encode(value);
      return [...leb(bytes.length), ...bytes];
    };
    const init = (dump) => [0, ...leb(0), ...leb(120), ...leb(40), 0, 0, 0, 0, ...text(''), ...text(dump)];
    const output = (seq, bytes) => {
      const head = [1, ...leb(seq), ...leb(bytes.length)];
      const frame = new Uint8Array(head.length + bytes.length);
      frame.set(head);
      frame.set(bytes, head.length);
      return frame.buffer;
    };

    class FedSocket extends EventTarget {
      constructor(url) {
        super();
        Object.assign(this, { url, readyState: 0, binaryType: 'blob', protocol: '', bufferedAmount: 0 });
        this.seq = 0;
        window.feed = (bytes, end) => this.feed(bytes, end);
        setTimeout(() => {
          this.readyState = 1;
          this.tell('open', new Event('open'));
          this.message(new Uint8Array(init('fed by the bench\r\n')).buffer);
        });
      }

      tell(name, event) {
        this[`on${name}`]?.(event);
        this.dispatchEvent(event);
      }

      message(data) {
        this.tell('message', new MessageEvent('message', { data }));
      }

      send() {}

      close() {
        this.readyState = 3;
      }

      /** Sends about so many bytes of a log with colours, then `end`. */
      feed(bytes, end) {
        let chunk = '';
        for (let line = 0; chunk.length < 16_000; line++) {
          chunk += `\x1b[3${line % 8}m${String(line).padStart(8, '0')}\x1b[0m GET /orders/${line * 7919} 200 in ${line % 97} ms from 10.4.18.27 by alice\r\n`;
        }
        const encoded = utf8.encode(chunk);
        const rounds = Math.ceil(bytes / encoded.length);
        return new Promise((resolve) => {
          const start = performance.now();
          let round = 0;
          // One message a task, like a socket.
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => {
            if (round++ < rounds) {
              this.message(output(++this.seq, encoded));
              port2.postMessage(null);
            } else {
              this.message(output(++this.seq, utf8.encode(`${end}\r\n`)));
              port1.close();
              resolve({ start, bytes: rounds * encoded.length });
            }
          };
          port2.postMessage(null);
        });
      }
    }

    const Real = window.WebSocket;
    window.WebSocket = new Proxy(Real, {
      construct(target, args) {
        return String(args[0]).endsWith('/live') ? new FedSocket(args[0]) : new target(...args);
      },
    });
  },
);
