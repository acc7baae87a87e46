// Starts the LiveView client. The import map in the page says where the two packages are.
import { Socket } from "phoenix";
import { LiveSocket } from "phoenix_live_view";
import { keepPage, patience, watchConnection } from "./connection.js";
import { keepEarly } from "./early.js";
import { keepDays } from "./days.js";
import { keepFocus } from "./focus.js";
import { Composer } from "./hooks/composer.js";
import { Dialog } from "./hooks/dialog.js";
import { keepEarlyDraft } from "./hooks/draft.js";
import { Lifecycle } from "./hooks/lifecycle.js";
import { Log } from "./hooks/log.js";
import { Outbox } from "./hooks/outbox.js";
import * as recovering from "./hooks/recovering.js";
import { restoresForm } from "./hooks/restore.js";
import { Unsent } from "./hooks/unsent.js";
import { whatToTell } from "./joining.js";
import { bringFormsBack } from "./leaving.js";

const csrfToken = document.querySelector("meta[name='csrf-token']").content;

// What a click event carries, besides its name.
function describeClick(event) {
  const { altKey, ctrlKey, metaKey, shiftKey, pageX, pageY, screenX, screenY } = event;
  return { altKey, ctrlKey, metaKey, shiftKey, pageX, pageY, screenX, screenY };
}

const CreateConversationForm = restoresForm();

const liveSocket = new LiveSocket("/live", Socket, {
  ...patience,
  params: whatToTell(csrfToken),
  hooks: { Composer, CreateConversationForm, Dialog, Lifecycle, Log, Outbox, Unsent, ...recovering },
  metadata: { click: describeClick },
  dom: { ...keepFocus, onBeforeElUpdated: keepEarly },
});

keepDays();
bringFormsBack();
keepEarlyDraft();
keepPage(liveSocket);
watchConnection();
liveSocket.connect();

// For the browser's console: liveSocket.enableDebug(), liveSocket.enableLatencySim(1000)
window.liveSocket = liveSocket;
