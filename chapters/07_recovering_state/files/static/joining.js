// The params of every join: sent once, and not again before the next join.
import { withStash } from "quart_live/stash";
import { windowsToFill } from "./hooks/dialog.js";
import { stashedDraft } from "./hooks/draft.js";
import { stashedWord } from "./hooks/words.js";

export function whatToTell(csrfToken) {
  return withStash((view) => ({
    _csrf_token: csrfToken,
    windows: windowsToFill(),
    time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    draft: stashedDraft(view),
    word: stashedWord(view),
  }));
}
