// Whether this browser may show notifications, and a button to change it. The server chooses the words.
import { registration, supported } from "../notes.js";

const WORKER = "/service-worker.js";
const PATIENCE = 10_000;

export const Notifications = {
  mounted() {
    this.el.addEventListener("click", (event) => {
      const { value } = event.target.closest("button") ?? {};
      if (value === "enable") this.change(enable);
      if (value === "disable") this.change(disable);
    });
    this.report();
  },

  reconnected() {
    this.report();
  },

  async change(how) {
    // Without a connection the service worker may not load. Then nothing changes.
    await how().catch((problem) => console.info("Notifications:", problem));
    await this.report();
  },

  async report() {
    const worker = await registration();
    const state = worker ? "on" : !supported ? "unsupported" : refused() ? "denied" : "off";
    this.tell({ state });
    // The push service is asked each time: it may have given this browser another address.
    if (worker) this.tell({ state, ...(await addressOf(worker, this.el.dataset.key)) });
  },

  tell(device) {
    this.pushEventTo(this.el, "device", device).catch(() => {});
  },
};

function refused() {
  return Notification.permission === "denied";
}

// Browsers show their question only after a click.
async function enable() {
  if ((await Notification.requestPermission()) !== "granted") return;
  await navigator.serviceWorker.register(WORKER);
  await navigator.serviceWorker.ready;
}

async function disable() {
  const worker = await registration();
  const subscription = await worker?.pushManager?.getSubscription();
  await subscription?.unsubscribe();
  await worker?.unregister();
}

// The push address of this browser, or the reason why there is none.
async function addressOf(worker, key) {
  if (!key || !worker.pushManager) return { problem: "none" };
  const late = new Promise((_, reject) => setTimeout(reject, PATIENCE, new Error("no answer")));
  try {
    return (await Promise.race([subscribe(worker.pushManager, key), late])).toJSON();
  } catch (problem) {
    console.info("Web Push:", problem);
    return { problem: "refused" };
  }
}

async function subscribe(pushes, key) {
  const known = await pushes.getSubscription();
  if (known && inBase64(known.options.applicationServerKey) === key) return known;
  // It belongs to a key that the server no longer has.
  await known?.unsubscribe();
  return pushes.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

function inBase64(buffer) {
  const text = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
