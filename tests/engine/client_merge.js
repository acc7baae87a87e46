// Merges diffs with the client's own code. One JSON line in: {"messages": [join, diff, diff, ...]};
// one JSON line out: {"html": [...]}, the HTML after each message, or {"error": "..."}.
// Instead of a diff, {"reset": [cid]} and {"prune": [cid]} do what the client does when components go.
import readline from "node:readline";
import Rendered from "client-rendered";

globalThis.window = globalThis; // the client clones with window.structuredClone

function replay(messages) {
  const html = [];
  let view = null;
  for (const message of messages) {
    if (message.reset || message.prune) {
      (message.reset || []).forEach((cid) => view.resetRender(cid));
      view.pruneCIDs(message.prune || []);
      html.push(view.toString().buffer);
      continue;
    }
    const { diff } = Rendered.extract(message);
    if (view === null) {
      view = new Rendered("phx-test", diff);
    } else {
      view.mergeDiff(diff);
    }
    html.push(view.toString().buffer);
  }
  return html;
}

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  let answer;
  try {
    answer = { html: replay(JSON.parse(line).messages) };
  } catch (error) {
    answer = { error: String(error.stack || error) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
});
