// A message that is not in the log yet and stands below it.
export function element(name, className, ...children) {
  const made = document.createElement(name);
  made.className = className;
  made.append(...children);
  return made;
}

function button(text, value, key) {
  const made = element("button", "", text);
  Object.assign(made, { type: "button", value });
  made.dataset.key = key;
  return made;
}

// Its text has a direction of its own.
export function words(content) {
  const made = element("p", "bubble", content);
  made.dir = "auto";
  return made;
}

export function bubble({ key, content, sent, refused }) {
  const state = refused ? "Not sent" : sent ? "Sent" : "Sending";
  const mark = element("span", `state ${state.toLowerCase().replace(" ", "-")}`);
  mark.append(element("span", "visually-hidden", state));
  mark.title = state;
  const item = element("li", "message mine", words(content));
  item.append(element("span", "stamp", mark));
  if (refused) {
    const reason = element("div", "refused", element("span", "", `Not sent. ${refused}`));
    reason.setAttribute("role", "alert");
    reason.append(button("Try again", "again", key), button("Edit", "edit", key));
    item.append(reason);
  }
  return item;
}
