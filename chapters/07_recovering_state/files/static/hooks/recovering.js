// The hooks of chapter 7, by their names in templates.
import { comesBack, restoresForm } from "./restore.js";

export { Backup } from "./backup.js";
export { Ballot } from "./ballot.js";
export { Draft } from "./draft.js";
export { Place } from "./place.js";
export { Word } from "./words.js";
export const ComesBack = comesBack();
export const RestoresForm = restoresForm();
