// Sends the story through @segment/analytics-node: node segment-node.mjs HOST KEY WHEN

import { Analytics } from "@segment/analytics-node";

const [host, writeKey, when] = process.argv.slice(2);
const analytics = new Analytics({ host, writeKey, flushAt: 5 });
analytics.on("error", (error) => {
  console.error(error.code, error.reason ?? error);
  process.exitCode = 1;
});

const timestamp = new Date(when);
analytics.identify({ userId: "ann", traits: { name: "Ann", email: "ann@acme.test" } });
analytics.group({ userId: "ann", groupId: "acme", traits: { name: "Acme" } });
analytics.track({ userId: "ann", event: "Report Opened", properties: { rows: 3 }, timestamp });
analytics.page({ userId: "ann", name: "Reports" });
analytics.screen({ userId: "ann", name: "Reports on the phone" });
analytics.alias({ userId: "ann", previousId: "ann@acme.test" });
analytics.track({ userId: "ann", event: "Report Pasted", properties: { text: "x".repeat(40_000) } });
await analytics.closeAndFlush();
