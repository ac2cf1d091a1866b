// A page's script with @rudderstack/analytics-js: rudderStory(host, key, when, options) sends the story.

import { RudderAnalytics } from "@rudderstack/analytics-js/bundled";

window.rudderStory = async (host, writeKey, when, options) => {
  const analytics = new RudderAnalytics();
  analytics.load(writeKey, host, { configUrl: host, ...options });
  await new Promise((ready) => analytics.ready(ready));
  const sent = (call, ...what) => new Promise((done) => analytics[call](...what, done));
  await sent("page", "Pricing");
  await sent("identify", "ann", { name: "Ann", email: "ann@acme.test" });
  await sent("group", "acme", { name: "Acme" });
  await sent("track", "Report Opened", { rows: 3 }, { originalTimestamp: when });
  await sent("track", "Report Shared", { rows: 4 });
  await sent("alias", "ann", "ann@acme.test");
};
