// Hands a form back to a view after a new mount. For any form whose fields the server renders.
// The view takes it in messenger/restoring.py.
import { contentOf, takeForm } from "../leaving.js";

const TRIES = 3;

// A form that the client recovers by itself needs this hook only after a reload of the page.
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
    // The page is new, so the view is too: what the earlier page has kept is handed back in the same way.
    mounted() {
      this.kept = takeForm(this.el.id);
      this.tries = 0;
      this.handBack();
    },

    disconnected() {
      this.away = true;
    },

    // The last moment at which the old form is in the page.
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
      // It is kept until the view has answered: the connection may be lost before that.
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
