// Browsers keep text in units of 16 bits, and an emoji takes two of them. A cut in the middle, or a faulty
// program, leaves half of one. Such text can be neither sent nor stored.
export function wellFormed(text) {
  return text.toWellFormed?.() ?? text.replace(/\p{Surrogate}/gu, "\uFFFD");
}

// The beginning of a text, without half a character at its end.
export function cut(text, longest) {
  return wellFormed(text.slice(0, longest).replace(/[\uD800-\uDBFF]$/, ""));
}

// In characters, as the server counts them: without spaces around the text.
export function lengthOf(text) {
  return [...text.trim()].length;
}
