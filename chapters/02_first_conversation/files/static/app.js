// Starts the LiveView client. The import map in the page says where the two packages are.
import { Socket } from "phoenix";
import { LiveSocket } from "phoenix_live_view";
import { keepDays } from "./days.js";
import { Composer } from "./hooks/composer.js";

const csrfToken = document.querySelector("meta[name='csrf-token']").content;

// What a click event carries, besides its name.
function describeClick(event) {
  const { altKey, ctrlKey, metaKey, shiftKey, pageX, pageY, screenX, screenY } = event;
  return { altKey, ctrlKey, metaKey, shiftKey, pageX, pageY, screenX, screenY };
}

const liveSocket = new LiveSocket("/live", Socket, {
  params: { _csrf_token: csrfToken },
  hooks: { Composer },
  metadata: { click: describeClick },
});

keepDays();
liveSocket.connect();

// For the browser's console: liveSocket.enableDebug(), liveSocket.enableLatencySim(1000)
window.liveSocket = liveSocket;
