// A toast goes by itself when its time is over. The time is that of an animation in notifications.css, which
// stands still as long as the mouse or the keyboard is on the toast.
export const Toast = {
  mounted() {
    this.el.addEventListener("animationend", ({ animationName }) => {
      if (animationName === "time-is-over") this.el.querySelector("button").click();
    });
  },
};
