// Logs the callbacks that the client calls, in their order.
const CALLBACKS = ["mounted", "beforeUpdate", "updated", "destroyed", "disconnected", "reconnected"];

function write(callback) {
  const line = document.createElement("li");
  line.textContent = callback;
  document.getElementById("heard").append(line);
}

export const Lifecycle = Object.fromEntries(CALLBACKS.map((name) => [name, () => write(name)]));
