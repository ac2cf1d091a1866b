// A page's script with @segment/analytics-next: segmentStory(host, key, when) sends the story.

import { AnalyticsBrowser } from "@segment/analytics-next";

window.segmentStory = async (host, writeKey, when) => {
  const analytics = AnalyticsBrowser.load({ writeKey, cdnURL: host });
  await analytics.page("Pricing");
  await analytics.identify("ann", { name: "Ann", email: "ann@acme.test" });
  await analytics.group("acme", { name: "Acme" });
  await analytics.track("Report Opened", { rows: 3 }, { timestamp: new Date(when) });
  await analytics.track("Report Shared", { rows: 4 });
  await analytics.alias("ann", "ann@acme.test");
};
