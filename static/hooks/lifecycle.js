// Writes down which of its callbacks the client calls, in the order in which it does.
const CALLBACKS = ["mounted", "beforeUpdate", "updated", "destroyed", "disconnected", "reconnected"];

function write(callback) {
  const line = document.createElement("li");
  line.textContent = callback;
  document.getElementById("heard").append(line);
}

export const Lifecycle = Object.fromEntries(CALLBACKS.map((name) => [name, () => write(name)]));
