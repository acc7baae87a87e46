// Hands a form back to a view that has begun anew. For any form whose fields the server makes.
// The view takes it in messenger/restoring.py.
import { contentOf, takeForm } from "../leaving.js";

const TRIES = 3;

// A form that the client itself hands back after a fault needs us only when the page was loaded again.
export function comesBack(event = "restore_state") {
  return {
    mounted() {
      const kept = takeForm(this.el.id);
      if (kept !== undefined) this.pushEvent(event, { form: kept }).catch(() => {});
    },
  };
}

export function restoresForm(event = "restore_state") {
  return {
    // The view is new because its page is: what the page before had kept is handed back in the same way.
    mounted() {
      this.kept = takeForm(this.el.id);
      this.tries = 0;
      this.handBack();
    },

    disconnected() {
      this.away = true;
    },

    // The last moment in which the old form stands in the page.
    beforeUpdate() {
      this.keep();
    },

    reconnected() {
      this.keep();
      this.away = false;
      this.handBack();
    },

    handBack() {
      if (this.kept === undefined) return;
      if (this.tries === TRIES) return this.forget();
      this.tries += 1;
      // What is kept is kept until the view has answered. Who knows whether the line holds so long.
      this.pushEvent(event, { form: this.kept }).then(() => this.forget(), () => {});
    },

    keep() {
      if (!this.away || this.kept !== undefined) return;
      this.kept = contentOf(this.el);
      this.tries = 0;
    },

    forget() {
      this.kept = undefined;
    },
  };
}
