// Sets the theme before the first paint, and again when the choice or the system's changes.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const { choice } = root.dataset;
    root.dataset.theme = choice === "dark" || choice === "light" ? choice : dark.matches ? "dark" : "light";
    // What the system paints around an installed app: `--surface` of the theme.
    const surface = root.dataset.theme === "dark" ? "#131a1e" : "#ffffff";
    for (const meta of document.querySelectorAll("meta[name=theme-color]")) meta.content = surface;
  };
  apply();
  dark.addEventListener("change", apply);
  addEventListener("sightline-theme", apply);
})();
