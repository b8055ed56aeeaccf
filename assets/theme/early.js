/**
 * Light or dark? This runs before anything is drawn, so that the wrong one never flashes.
 *
 * The theme is that of the address (`theme=dark`), else what was chosen last on this computer, else light; where the
 * system sets the colours, what is drawn on a canvas goes with them. theme.mjs goes on from what this leaves on the page.
 */
{
  const themes = ["light", "dark"];
  const said = new URLSearchParams(location.search).getAll("theme").findLast((theme) => themes.includes(theme));
  const remembered = () => {
    try {
      return themes.find((theme) => theme === localStorage.getItem("hotspots.theme"));
    } catch {
      return undefined; // this browser keeps nothing for the page
    }
  };
  const forced = () => matchMedia("(forced-colors: active)").matches &&
    themes[Number(matchMedia("(prefers-color-scheme: dark)").matches)];
  const { dataset } = document.documentElement;
  dataset.theme = forced() || said || remembered() || "light";
  if (said) dataset.themeSaid = said;
}
