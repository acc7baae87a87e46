// Opens the stage if this browser can find it by name, and otherwise shows what to do.
const { stage } = document.querySelector("script[data-stage]").dataset;
try {
  await fetch(`${stage}/static/door.js`, { mode: "no-cors", cache: "no-store" });
  location.replace(stage + location.search);
} catch {
  document.getElementById("looking").hidden = true;
  document.getElementById("lost").hidden = false;
}
