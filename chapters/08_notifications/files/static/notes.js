// Sends a message of the page to the service worker, if there is one.
export const supported =
  window.isSecureContext && "serviceWorker" in navigator && "Notification" in window;

const allowed = () => supported && Notification.permission === "granted";

// Notifications are on if the browser allows them and our service worker is there to show them.
export async function registration() {
  return allowed() ? navigator.serviceWorker.getRegistration() : undefined;
}

export async function post(message) {
  (await registration())?.active?.postMessage(message);
}

// For the server, which asks when a view is mounted, and cannot wait.
export function areOn() {
  return allowed() && navigator.serviceWorker.controller !== null;
}
