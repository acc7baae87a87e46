"""The stage: Alice and Bob side by side in one browser, the frames on the wire, and faults.

Read in this order: `Stage` (the teacher's actions), `Run` (one messenger and its people), `Actor` (one
person: a frame, a `Link`, a `Driver`), `PageInterceptor` (the bytes on the link), `StageLive` (the page).
Nothing here needs Playwright.
"""
