// Merges diffs with the client's own code. One JSON line in: {"messages": [join, diff, diff, ...]};
// one JSON line out: {"html": [...], "skipped": [...]}, the HTML after each message and the parts that the client
// leaves out of it as unchanged, or {"error": "..."}.
// Instead of a diff, {"reset": [cid]} and {"prune": [cid]} do what the client does when components go.
import readline from "node:readline";
import Rendered from "client-rendered";
import { RenderingBuffer } from "client-buffer";

globalThis.window = globalThis; // the client clones with window.structuredClone

// Writes the whole page without the client's magic ids. A part that the client leaves out as unchanged
// (data-phx-skip) has to be as it was, else the page would keep its old state: that is an error.
function checkingBuffer(page) {
  const before = new Map();
  const withStreams = new Set(); // their items are rendered only once
  const open = [];
  return class extends RenderingBuffer {
    enter(node, index) {
      if (node[index]?.stream) open.forEach((root) => (root.stream = true));
    }
    beginRoot() {
      open.push({});
      super.beginRoot();
    }
    endRoot(attrs, skip) {
      const { "data-phx-id": id, "data-phx-skip": _, ...others } = attrs;
      const html = this.html;
      if (open.pop().stream) withStreams.add(id);
      if (skip && page.whole && !withStreams.has(id) && before.get(id) !== html) {
        throw new Error(`left out though it has changed: ${html}; it was ${before.get(id)}`);
      }
      if (skip) page.skipped.push(html);
      before.set(id, html);
      // The client throws here if it cannot find the element, so it is given the element that it would write.
      super.endRoot(others["data-phx-component"] ? { "data-phx-id": id, ...others } : others, false);
    }
  };
}

function replay(messages) {
  const html = [];
  const skipped = [];
  const page = { whole: true, skipped: [] };
  const bufferClass = checkingBuffer(page);
  let view = null;
  for (const message of messages) {
    page.skipped = [];
    if (message.reset || message.prune) {
      (message.reset || []).forEach((cid) => view.resetRender(cid));
      view.pruneCIDs(message.prune || []);
      page.whole = false;
    } else {
      const { diff } = Rendered.extract(message);
      // If a diff is about components alone, the client renders these alone.
      page.whole = view === null || !view.isComponentOnlyDiff(diff);
      if (view === null) {
        view = new Rendered("phx-test", diff, () => bufferClass);
      } else {
        view.mergeDiff(diff);
      }
    }
    html.push(view.toString().buffer);
    skipped.push(page.skipped);
  }
  return { html, skipped };
}

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  let answer;
  try {
    answer = replay(JSON.parse(line).messages);
  } catch (error) {
    answer = { error: String(error.stack || error) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
});
