/** How often a page asks, in milliseconds, while an import or export is under way. Most take about a second. */
export const POLL = 750
