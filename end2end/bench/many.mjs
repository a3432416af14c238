// A table of many sessions: the sessions page, and then AG Grid, do the same work in the same browser.
import { readFile } from 'node:fs/promises';
import { NAME, serve } from './ag_grid.mjs';
import { memory, probe } from './probe.mjs';
import { measure, options, say } from './page.mjs';

/** Pixels a frame: some rows, as a person who looks for something. */
const SCROLL = 90;
const SCROLL_SECONDS = 4;
/** The first rows that must be right. */
const ROWS = 8;
const LONGEST = 120_000;

const COLUMNS = { User: 'user', 'Service URL': 'service_url', 'Account name': 'account_name' };

/** How the sessions page is worked. */
const sightline = {
  name: 'Sightline',
  scroller: '.grid',
  async open(page, sessions) {
    await page.addInitScript(() => {
      window.bench.first('first', '[role=grid] [data-session]');
    });
    await page.goto(`${options.url}/sessions`);
    await page.evaluate(
      (rows) =>
        new Promise((all) => {
          const look = () => {
            const grid = document.querySelector('[role=grid]');
            if (Number(grid?.getAttribute('aria-rowcount')) >= rows) all((window.bench.marks.all = performance.now()));
            else requestAnimationFrame(look);
          };
          look();
        }),
      sessions + 1,
    );
    await page.locator('html[data-ready]').waitFor({ state: 'attached' });
    return page.evaluate(() => window.bench.marks);
  },
  /** Makes the page's own functions; they run in it. */
  prepare: (page) =>
    page.evaluate(() => {
      const all = (selector) => [...document.querySelectorAll(selector)];
      const heads = () => all('[role=grid] thead th[data-col]');
      const row = (nth) => document.querySelector(`[role=grid] tr[aria-rowindex="${nth + 2}"]`);
      window.table = {
        cell(nth, name) {
          const at = heads().findIndex((head) => head.querySelector('.label')?.textContent === name);
          return row(nth)?.children[at]?.textContent ?? '';
        },
        count: () => Number(document.querySelector('[role=grid]').getAttribute('aria-rowcount')) - 1,
        /** The names of the columns, when every drawn row has its cells in that order. */
        columns() {
          const order = heads();
          const fits = all('[role=grid] tbody [data-session]').every(
            (row) =>
              row.children.length === order.length + 1 &&
              order.every((head, at) => row.children[at].classList.contains(head.dataset.col)),
          );
          return fits ? order.map((head) => head.querySelector('.label').textContent) : [];
        },
      };
    }),
  heading: (page, name) => page.locator('[role=grid] thead th[data-col]').filter({ hasText: name }).first(),
  filterBox: (page) => page.getByRole('searchbox', { name: 'Filter sessions' }),
  beforeMove: (page) => sightline.heading(page, 'Device').focus(),
  async move(page, round) {
    await page.keyboard.down('Shift');
    await page.evaluate(() => window.bench.armed());
    await page.keyboard.press(round % 2 === 0 ? 'ArrowRight' : 'ArrowLeft');
    await page.keyboard.up('Shift');
  },
  beforeHide: (page) => page.getByRole('button', { name: 'View', exact: true }).click(),
  async hide(page) {
    await page.evaluate(() => window.bench.armed());
    await page.getByRole('checkbox', { name: 'Client', exact: true }).click();
  },
  afterHide: (page) => page.keyboard.press('Escape'),
  csv: (page) => page.getByRole('button', { name: 'Download CSV', exact: true }),
  churn: () => undefined,
};

/** How AG Grid is worked. */
const agGrid = (url) => ({
  name: NAME,
  scroller: '#grid .ag-grid-viewport, #grid .ag-body-viewport',
  async open(page, sessions) {
    await page.goto(url);
    await page.waitForFunction(() => window.ready);
    await page.waitForFunction((rows) => window.grid.getDisplayedRowCount() >= rows, sessions);
    await page.waitForFunction(() => window.bench.marks.first !== undefined);
    return page.evaluate(() => window.bench.marks);
  },
  prepare: (page) =>
    page.evaluate(() => {
      const fields = () => window.grid.getAllDisplayedColumns();
      window.table = {
        cell(nth, name) {
          const column = fields().find((column) => column.getColDef().headerName === name);
          const cell = document.querySelector(`#grid [row-index="${nth}"] [col-id="${column?.getColId()}"]`);
          return cell?.textContent ?? '';
        },
        count: () => window.grid.getDisplayedRowCount(),
        columns() {
          const names = fields().map((column) => column.getColId());
          const heads = [...document.querySelectorAll('#grid .ag-header-cell')].sort(
            (a, b) => a.getBoundingClientRect().left - b.getBoundingClientRect().left,
          );
          const shown = heads.map((head) => head.getAttribute('col-id'));
          const fits = names.filter((name) => shown.includes(name)).every((name, at) => name === shown[at]);
          const cells = document.querySelectorAll('#grid [row-index="0"] [col-id]').length;
          return fits && cells === shown.length ? fields().map((column) => column.getColDef().headerName) : [];
        },
      };
    }),
  heading: (page, name) => page.locator('#grid .ag-header-cell').filter({ hasText: name }).first(),
  filterBox: (page) => page.locator('#filter'),
  beforeMove: () => undefined,
  async move(page) {
    await page.evaluate(() => window.bench.armed());
    await page.locator('#move').click();
  },
  beforeHide: () => undefined,
  async hide(page) {
    await page.evaluate(() => window.bench.armed());
    await page.locator('#hide').click();
  },
  afterHide: () => undefined,
  csv: (page) => page.locator('#csv'),
  churn: (page, seconds) => page.evaluate(([per, seconds]) => window.churn(per, seconds), [options.per_second, seconds]),
});

/** Waits for the answer to what `act` does, and says how long it took. */
async function timed(page, act, holds, argument) {
  // Given to the page as text: the condition is looked at in every frame there.
  await page.evaluate(
    ([holds, argument]) => {
      const condition = new Function('argument', `return (${holds})(argument)`);
      window.bench.armed = () => window.bench.arm(() => condition(argument));
      window.bench.armed();
    },
    [String(holds), argument],
  );
  await act();
  return page.evaluate(() => window.bench.answer());
}

async function work(page, table, sessions) {
  const seen = { name: table.name };
  const rows = sessions.length;
  const opened = [];
  for (let round = 0; round < options.rounds; round++) opened.push(await table.open(page, rows));
  const marks = (pick) => opened.map(pick).filter((ms) => ms !== undefined);
  seen.first = marks(({ first }) => first);
  seen.all = marks(({ all, first }) => all ?? first);
  seen.at_hand = marks(({ first, asked }) => (asked === undefined ? undefined : first - asked));
  seen.load_tasks = await page.evaluate(() => window.bench.tasks());
  seen.memory_loaded = await memory(page);
  await table.prepare(page);

  // Scrolled as it came.
  seen.scroll = await page.evaluate(
    ([box, seconds, pixels]) => window.bench.scroll(box, seconds, pixels),
    [table.scroller, SCROLL_SECONDS, SCROLL],
  );
  seen.scroll_tasks = await page.evaluate(() => window.bench.tasks());
  await page.evaluate((box) => (document.querySelector(box).scrollTop = 0), table.scroller);

  // Sorted by one column and then another; the first rows must be the right ones.
  seen.sort = [];
  for (let round = 0; round < options.rounds * 2; round++) {
    const name = Object.keys(COLUMNS)[round % 3];
    const values = sessions.map((session) => session[COLUMNS[name]]).sort();
    const expected = values.slice(0, ROWS);
    const right = ({ name, expected }) => expected.every((value, nth) => window.table.cell(nth, name).includes(value));
    const heading = table.heading(page, name);
    seen.sort.push(await timed(page, () => heading.click(), right, { name, expected }));
  }
  seen.sort_tasks = await page.evaluate(() => window.bench.tasks());

  // Filtered by what one person's rows hold, and by what many hold.
  seen.filter = [];
  const box = table.filterBox(page);
  const person = sessions[Math.floor(rows / 2)].user;
  for (let round = 0; round < options.rounds * 2; round++) {
    const [needle, field] = round % 2 === 0 ? [person, 'user'] : ['app-1', 'service_url'];
    const count = sessions.filter((session) => session[field].includes(needle)).length;
    await box.focus();
    const right = ({ count }) => window.table.count() === count && window.table.cell(Math.min(count, 5) - 1, 'User') !== '';
    seen.filter.push(await timed(page, () => page.keyboard.insertText(needle), right, { count }));
    await box.fill('');
    await page.waitForFunction((rows) => window.table.count() >= rows, rows);
  }
  seen.filter_tasks = await page.evaluate(() => window.bench.tasks());

  // A column moved and back, hidden and shown.
  seen.move = [];
  await table.beforeMove(page);
  for (let round = 0; round < options.rounds * 2; round++) {
    const order = ['Device', 'Client'];
    if (round % 2 === 0) order.reverse();
    const right = ({ order }) => {
      const columns = window.table.columns();
      return columns[1] === order[0] && columns[2] === order[1];
    };
    seen.move.push(await timed(page, () => table.move(page, round), right, { order }));
  }
  seen.hide = [];
  await table.beforeHide(page);
  for (let round = 0; round < options.rounds * 2; round++) {
    const right = ({ shown }) => {
      const columns = window.table.columns();
      return columns.length > 0 && columns.includes('Client') === shown;
    };
    seen.hide.push(await timed(page, () => table.hide(page), right, { shown: round % 2 === 1 }));
  }
  await table.afterHide(page);
  seen.column_tasks = await page.evaluate(() => window.bench.tasks());

  // A heading dragged along the others.
  const from = await table.heading(page, 'Device').boundingBox();
  const to = await table.heading(page, 'Port').boundingBox();
  await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
  await page.mouse.down();
  await page.evaluate(() => window.bench.record());
  await page.mouse.move(to.x + to.width / 2, to.y + to.height / 2, { steps: 60 });
  await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2, { steps: 60 });
  seen.drag = await page.evaluate(() => window.bench.stop());
  await page.keyboard.press('Escape');
  await page.mouse.up();
  seen.drag_tasks = await page.evaluate(() => window.bench.tasks());

  // The file.
  seen.csv = [];
  for (let round = 0; round < options.rounds; round++) {
    await page.evaluate(() => delete window.bench.marks.file);
    const saved = page.waitForEvent('download');
    await table.csv(page).click();
    const file = await readFile(await (await saved).path());
    const { ms, bytes } = await page.evaluate(() => window.bench.fileTook());
    const lines = file.toString().trimEnd().split('\n').length;
    if (bytes !== file.length || lines < rows + 1) throw new Error(`a file of ${lines} lines and ${file.length} bytes`);
    seen.csv.push(ms);
  }
  seen.csv_tasks = await page.evaluate(() => window.bench.tasks());

  // Changes, while it is sorted and scrolled.
  if (options.churn_seconds > 0) {
    await table.heading(page, 'User').click();
    say({ need: 'churn', seconds: options.churn_seconds + 2 });
    await table.churn(page, options.churn_seconds + 2);
    seen.churn = await page.evaluate(
      ([box, seconds, pixels]) => window.bench.scroll(box, seconds, pixels),
      [table.scroller, options.churn_seconds, SCROLL],
    );
    seen.churn_tasks = await page.evaluate(() => window.bench.tasks());
    seen.memory = await memory(page);
  }
  return seen;
}

/** What the API says, as text. */
async function listed() {
  const answer = await fetch(`${options.url}/api/v1/sessions`, { headers: { authorization: `Bearer ${options.token}` } });
  if (!answer.ok) throw new Error(`the API answered ${answer.status}`);
  return answer.text();
}

await measure(async (ours) => {
  say('ready');
  const browser = ours.context().browser();
  ours.setDefaultTimeout(LONGEST);
  await ours.addInitScript(probe);
  const sessions = JSON.parse(await listed());
  const sightlineSeen = await work(ours, sightline, sessions);
  if (options.churn_seconds > 0) {
    // Nothing was lost on the way.
    say({ need: 'rest' });
    const count = JSON.parse(await listed()).length;
    await ours.waitForFunction((count) => window.table.count() === count, count, { timeout: 30_000 });
  }
  await ours.close();

  const text = await listed();
  const served = await serve(text);
  try {
    const context = await browser.newContext({ viewport: { width: 1600, height: 900 } });
    const theirs = await context.newPage();
    theirs.setDefaultTimeout(LONGEST);
    await theirs.addInitScript(probe);
    const agSeen = await work(theirs, agGrid(served.url), JSON.parse(text));
    say({ ours: sightlineSeen, theirs: agSeen });
  } finally {
    served.close();
  }
});
