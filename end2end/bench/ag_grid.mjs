// AG Grid Community on a page of its own, from node_modules, with the sessions that the server's API gives: what
// the sessions page is measured beside.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';

const PACKAGE = new URL('../node_modules/ag-grid-community/', import.meta.url);
const { version } = JSON.parse(await readFile(new URL('package.json', PACKAGE), 'utf8'));
export const NAME = `AG Grid ${version}`;

const PAGE = `<!doctype html><meta charset="utf-8"><title>AG Grid</title>
<style>html, body { height: 100%; margin: 0 } body { display: flex; flex-direction: column } #grid { flex: 1 }</style>
<p><input id="filter" aria-label="Filter"> <button id="move">Move</button> <button id="hide">Hide</button>
<button id="csv">CSV</button></p><div id="grid"></div>
<script src="/ag-grid.js"></script><script src="/page.js"></script>`;

/** Runs in the page. */
async function table() {
  window.bench.first('first', '#grid .ag-row');
  const rows = await (await fetch('/sessions.json')).json();
  const date = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
  const columns = [
    ...[['user', 'User'], ['device', 'Device'], ['client', 'Client'], ['started_at', 'Start date'], ['type', 'Type']],
    ...[['port', 'Port'], ['service_url', 'Service URL'], ['account_name', 'Account name']],
    ['service_provider', 'Service provider'],
  ].map(([field, headerName]) => ({ field, headerName }));
  columns[3].valueFormatter = ({ value }) => date.format(new Date(value));
  window.bench.marks.asked = performance.now();
  const api = globalThis.agGrid.createGrid(document.getElementById('grid'), {
    columnDefs: columns,
    rowData: rows,
    defaultColDef: { width: 170 },
    rowHeight: 36,
    animateRows: false,
    getRowId: ({ data }) => data.id,
  });
  window.grid = api;
  const on = (id, event, act) => document.getElementById(id).addEventListener(event, act);
  on('filter', 'input', ({ target }) => api.setGridOption('quickFilterText', target.value));
  on('move', 'click', () => {
    const at = api.getColumns() && api.getAllDisplayedColumns().findIndex((column) => column.getColId() === 'device');
    api.moveColumns(['device'], at === 1 ? 2 : 1);
  });
  on('hide', 'click', () => api.setColumnsVisible(['client'], !api.getColumn('client').isVisible()));
  on('csv', 'click', () => api.exportDataAsCsv());
  let made = 0;
  /** Changes as a source reports them: of ten, three open, three end and four move. */
  window.churn = (perSecond, seconds) => {
    const open = [];
    api.forEachNode((node) => open.push(node.data));
    const end = performance.now() + seconds * 1000;
    const timer = setInterval(() => {
      const change = { add: [], remove: [], update: [] };
      for (let nth = 0; nth < perSecond / 20; nth++) {
        if (nth % 10 < 3) {
          const like = open[(made * 7919) % open.length];
          const fresh = { ...like, id: `fresh-${made++}`, started_at: new Date().toISOString() };
          change.add.push(fresh);
          open.push(fresh);
        } else if (nth % 10 < 6) {
          change.remove.push(open.shift());
        } else {
          const at = (made * 104_729 + nth * 7919) % open.length;
          open[at] = { ...open[at], idle_ms: made };
          change.update.push(open[at]);
        }
      }
      // A row that has gone takes no update with it.
      const gone = new Set(change.remove.map(({ id }) => id));
      change.update = change.update.filter(({ id }) => !gone.has(id));
      api.applyTransactionAsync(change);
      if (performance.now() > end) clearInterval(timer);
    }, 50);
  };
  window.ready = true;
}

/** Serves the page on loopback; `sessions` is the API's answer as it came. */
export async function serve(sessions) {
  const script = await readFile(new URL('dist/ag-grid-community.min.js', PACKAGE));
  const answers = {
    '/': ['text/html', PAGE],
    '/ag-grid.js': ['text/javascript', script],
    '/page.js': ['text/javascript', `(${table})()`],
    '/sessions.json': ['application/json', sessions],
  };
  const server = createServer((request, response) => {
    const [type, body] = answers[request.url] ?? ['text/plain', ''];
    response.writeHead(body === '' ? 404 : 200, { 'content-type': type }).end(body);
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}
