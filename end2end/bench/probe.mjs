// What is measured inside a page, whichever table it shows: from an input to the picture that answers it, frames
// while it is scrolled, long tasks, and memory. Given to a page before anything of its own.

/** Runs in the page. */
export function probe() {
  const now = () => performance.now();
  const marks = {};
  let input = Infinity;
  for (const name of ['click', 'input', 'keydown', 'pointerup']) {
    addEventListener(name, (event) => event.isTrusted && (input = event.timeStamp), { capture: true });
  }

  // The WebAssembly of the page, for its memory.
  const memories = new Set();
  for (const name of ['instantiate', 'instantiateStreaming']) {
    const real = WebAssembly[name];
    WebAssembly[name] = async (...args) => {
      const made = await real.apply(WebAssembly, args);
      for (const value of Object.values((made.instance ?? made).exports)) {
        if (value instanceof WebAssembly.Memory) memories.add(value);
      }
      return made;
    };
  }

  // A file is complete when the browser is given it.
  const realUrl = URL.createObjectURL;
  URL.createObjectURL = (blob) => {
    if (blob instanceof Blob && /^text\/(csv|plain)/.test(blob.type)) marks.file = { at: now(), bytes: blob.size };
    return realUrl.call(URL, blob);
  };

  let longest = 0;
  let tasks = 0;
  const take = (entries) => {
    for (const { duration } of entries) {
      longest = Math.max(longest, duration);
      tasks += 1;
    }
  };
  const observer = new PerformanceObserver((list) => take(list.getEntries()));
  observer.observe({ type: 'longtask' });

  /** Calls back after the next frame was drawn. */
  const drawn = (then) =>
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => (port1.close(), then());
      port2.postMessage(null);
    });
  const summary = (times) => {
    const sorted = times.toSorted((a, b) => a - b);
    const at = (part) => sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? 0;
    return { p50: at(0.5), p95: at(0.95), longest: at(1), frames: sorted.length };
  };

  window.bench = {
    marks,
    /** Notes when something is in the document for the first time. */
    first(name, selector) {
      const look = () => {
        if (marks[name] === undefined && document.querySelector(selector)) marks[name] = now();
        return marks[name] !== undefined;
      };
      const seen = new MutationObserver(() => look() && seen.disconnect());
      seen.observe(document, { subtree: true, childList: true });
    },
    /** From now on: the next input, and the first frame in which the condition holds. */
    arm(holds) {
      input = Infinity;
      this.answered = new Promise((resolve) => {
        const look = () => (input !== Infinity && holds() ? resolve(now() - input) : drawn(look));
        drawn(look);
      });
    },
    /** Milliseconds from the input to that frame. */
    answer: () => window.bench.answered,
    /** From the last input to the file. */
    fileTook: () => (marks.file === undefined ? undefined : { ms: marks.file.at - input, bytes: marks.file.bytes }),
    /** The longest task since this was last asked, 0 when none took over 50 ms, and how many did. */
    async tasks() {
      await new Promise((soon) => setTimeout(soon, 150));
      take(observer.takeRecords());
      const seen = { longest, count: tasks };
      longest = tasks = 0;
      return seen;
    },
    /** Scrolls up and down so many pixels a frame; the times between frames. */
    scroll(selector, seconds, pixels) {
      const box = document.querySelector(selector);
      const times = [];
      const end = now() + seconds * 1000;
      let last;
      let way = 1;
      return new Promise((resolve) => {
        const step = (at) => {
          if (last !== undefined) times.push(at - last);
          last = at;
          const next = box.scrollTop + way * pixels;
          if (next < 0 || next > box.scrollHeight - box.clientHeight) way = -way;
          box.scrollTop += way * pixels;
          if (now() < end) requestAnimationFrame(step);
          else resolve(summary(times));
        };
        requestAnimationFrame(step);
      });
    },
    /** Begins to take the times between frames; `stop` gives them. */
    record() {
      const times = [];
      let last;
      let goes = true;
      const step = (at) => {
        if (last !== undefined) times.push(at - last);
        last = at;
        if (goes) requestAnimationFrame(step);
      };
      requestAnimationFrame(step);
      this.stop = () => ((goes = false), summary(times));
    },
    /** Bytes of WebAssembly memory. */
    wasm: () => [...memories].reduce((sum, memory) => sum + memory.buffer.byteLength, 0),
  };
}

/** JavaScript's heap after its garbage was collected, and the WebAssembly's memory, in bytes. */
export async function memory(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.enable');
  await session.send('HeapProfiler.collectGarbage');
  await session.send('Performance.enable');
  const { metrics } = await session.send('Performance.getMetrics');
  await session.detach();
  const js = metrics.find(({ name }) => name === 'JSHeapUsedSize').value;
  return { js, wasm: await page.evaluate(() => window.bench.wasm()) };
}
