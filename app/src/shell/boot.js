// Loads the program and starts it. When that fails, says so: a page that only looks alive is worse
// than none. Forms marked `data-plain` work without the program and are left alone.
(() => {
  const { js, wasm, words } = document.currentScript.dataset;
  const said = JSON.parse(words);
  const root = document.documentElement;
  const SLOW_MS = 20000;
  const fail = ([title, text]) => {
    if (document.querySelector("[data-plain]") || document.getElementById("boot-failed")) return;
    const box = document.createElement("div");
    box.id = "boot-failed";
    box.className = "notice-screen";
    box.setAttribute("role", "alert");
    const card = document.createElement("div");
    card.className = "card";
    const heading = document.createElement("h1");
    heading.textContent = title;
    const why = document.createElement("p");
    why.textContent = text;
    const again = document.createElement("button");
    again.type = "button";
    again.className = "btn primary";
    again.textContent = said.reload;
    again.addEventListener("click", () => location.reload());
    card.append(heading, why, again);
    box.append(card);
    document.body.append(box);
  };
  const parsed = new Promise((done) => {
    if (document.readyState === "loading") addEventListener("DOMContentLoaded", done, { once: true });
    else done();
  });
  const watchdog = setTimeout(() => fail(said.slow), SLOW_MS);
  const bytes = fetch(wasm);
  Promise.all([import(js), parsed])
    .then(([program]) => program.default({ module_or_path: bytes }).then(() => program.hydrate()))
    .then(() => {
      root.dataset.ready = "";
      document.getElementById("boot-failed")?.remove();
    })
    .catch((error) => {
      console.error(error);
      fail(said.failed);
    })
    .finally(() => {
      clearTimeout(watchdog);
      // Refused where browsers keep nothing: then there is no offline page, and all else is the same.
      const workers = navigator.serviceWorker;
      workers?.register("/sw.js", { updateViaCache: "none" }).then(
        // On its way while the worker took over, a page has none until the worker hears of it.
        ({ active }) => workers.controller ?? active?.postMessage("here"),
        () => undefined,
      );
    });
  addEventListener("error", (event) => {
    if (event.error instanceof WebAssembly.RuntimeError) {
      fail(said.stopped);
    }
  });
})();
