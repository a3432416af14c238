// The page that stands in for any other while the server cannot be reached: says what is wrong, asks again
// by itself, and gives way to the page that was asked for. Keeps nothing and knows nothing of sessions.
(() => {
  const WORDS = {
    en: {
      page: "Offline",
      away: ["Sightline cannot be reached", "The server does not answer. Sessions go on without this page."],
      offline: ["You are offline", "This device has no network. Sessions go on without this page."],
      unready: ["Sightline is not ready", "The server answers, and is not ready for pages yet."],
      again: "This page tries again by itself, and opens what you asked for.",
      now: "Try now",
    },
    es: {
      page: "Sin conexión",
      away: ["No se puede llegar a Sightline", "El servidor no responde. Las sesiones siguen sin esta página."],
      offline: ["No hay conexión", "Este dispositivo no tiene red. Las sesiones siguen sin esta página."],
      unready: ["Sightline no está listo", "El servidor responde, pero aún no está listo para mostrar páginas."],
      again: "Esta página lo intenta de nuevo por sí sola y abre lo que se pidió.",
      now: "Intentar ahora",
    },
  };
  // Milliseconds: soon after a hiccup, and no crowd at the door of a server that comes back.
  const SHORTEST = 1000;
  const LONGEST = 8000;
  const PATIENCE = 5000;

  const root = document.documentElement;
  // The look that the person has chosen: words between dots, as the server writes them.
  const look = (/(?:^|; )sightline-look=([^;]*)/.exec(document.cookie)?.[1] ?? "").split(".");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const dress = () => {
    root.dataset.theme = look.find((word) => word === "dark" || word === "light") ?? (dark.matches ? "dark" : "light");
  };
  dress();
  dark.addEventListener("change", dress);
  const language = look.find((word) => word in WORDS) ?? navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => tag in WORDS) ?? "en";
  const words = WORDS[language];
  root.lang = language;

  let attempt = 0;
  let timer;
  let asking = false;
  const put = (name, text) => {
    const place = document.querySelector(`[data-words="${name}"]`);
    if (place.textContent !== text) place.textContent = text;
  };
  const say = (what) => {
    put("title", words[what][0]);
    put("why", words[what][1]);
  };
  const later = () => {
    const wait = Math.min(LONGEST, SHORTEST * 2 ** attempt++) * (0.5 + Math.random() / 2);
    timer = setTimeout(ask, wait);
  };
  async function ask() {
    if (asking) return;
    asking = true;
    clearTimeout(timer);
    try {
      const answer = await fetch("/readyz", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
      if (answer.ok) return location.reload();
      say("unready");
    } catch {
      say(navigator.onLine ? "away" : "offline");
    }
    asking = false;
    later();
  }
  const soon = () => {
    attempt = 0;
    ask();
  };
  addEventListener("DOMContentLoaded", () => {
    document.title = `${words.page} · Sightline`;
    say(navigator.onLine ? "away" : "offline");
    put("again", words.again);
    put("now", words.now);
    document.querySelector("button").addEventListener("click", soon);
    addEventListener("online", soon);
    addEventListener("offline", () => say("offline"));
    document.addEventListener("visibilitychange", () => document.hidden || soon());
    later();
  });
})();
