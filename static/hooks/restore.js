// Hands a form back to a view that has begun anew. For any form whose fields the server makes.
// The view takes it in messenger/restoring.py.
const TRIES = 3;

export function restoresForm(event = "restore_state") {
  return {
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
      if (this.tries === TRIES) return this.forget();
      this.tries += 1;
      // What is kept is kept until the view has answered. Who knows whether the line holds so long.
      this.pushEvent(event, { form: this.kept }).then(() => this.forget(), () => {});
    },

    keep() {
      if (!this.away || this.kept !== undefined) return;
      this.kept = new URLSearchParams(new FormData(this.el)).toString();
      this.tries = 0;
    },

    forget() {
      this.kept = undefined;
    },
  };
}
