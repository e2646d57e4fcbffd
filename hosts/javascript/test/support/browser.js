// Debian's Chromium, kept from talking to anybody by itself.

import { chromium } from "playwright-core";

const options = {
  executablePath: "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
};

export const launch = () => chromium.launch(options);

/** A browser that keeps its cache in `profile`, as a reader's does. */
export const launchWithCache = (profile) => chromium.launchPersistentContext(profile, options);
