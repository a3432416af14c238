// Loads the program and starts it. When that fails, says so: a page that only looks alive is worse
// than none. Forms marked `data-plain` work without the program and are left alone.
(() => {
  const { js, wasm } = document.currentScript.dataset;
  const root = document.documentElement;
  const SLOW_MS = 20000;
  const fail = (title, text) => {
    if (document.querySelector("[data-plain]") || document.getElementById("boot-failed")) return;
    const box = document.createElement("div");
    box.id = "boot-failed";
    box.className = "notice-screen";
    box.setAttribute("role", "alert");
    const card = document.createElement("div");
    card.className = "card";
    const heading = document.createElement("h1");
    heading.textContent = title;
    const words = document.createElement("p");
    words.textContent = text;
    const again = document.createElement("button");
    again.type = "button";
    again.className = "btn primary";
    again.textContent = "Reload";
    again.addEventListener("click", () => location.reload());
    card.append(heading, words, again);
    box.append(card);
    document.body.append(box);
  };
  const parsed = new Promise((done) => {
    if (document.readyState === "loading") addEventListener("DOMContentLoaded", done, { once: true });
    else done();
  });
  const watchdog = setTimeout(
    () => fail("Still loading", "The page takes longer than it should. It starts by itself as soon as it can."),
    SLOW_MS,
  );
  const bytes = fetch(wasm);
  Promise.all([import(js), parsed])
    .then(([program]) => program.default({ module_or_path: bytes }).then(() => program.hydrate()))
    .then(() => {
      root.dataset.ready = "";
      document.getElementById("boot-failed")?.remove();
    })
    .catch((error) => {
      console.error(error);
      fail("This page could not start", "Its program did not load. Check the connection and reload.");
    })
    .finally(() => {
      clearTimeout(watchdog);
      // Refused where browsers keep nothing: then there is no offline page, and all else is the same.
      navigator.serviceWorker?.register("/sw.js", { updateViaCache: "none" }).catch(() => undefined);
    });
  addEventListener("error", (event) => {
    if (event.error instanceof WebAssembly.RuntimeError) {
      fail("This page stopped", "Something went wrong in it. Sessions go on; reload to see them.");
    }
  });
})();
