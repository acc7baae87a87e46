"""The stage: Alice and Bob side by side in one browser, what goes over the wire, and what breaks it.

Where to read first: `Stage` (what the teacher can do), `Run` (one messenger and its people), `Actor` (one
person: a frame, a `Link`, a `Driver`), `PageInterceptor` (what the link sees), `StageLive` (the page).
Nothing here needs Playwright.
"""
