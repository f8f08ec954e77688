/** Secrets of webhooks that were just made: the API tells each once. They are kept in memory until the page is left. */
export const newSecrets = new Map<string, string>()
