/** The page asks again by itself. */
export const EVERY_MINUTE = { refetchInterval: 60_000 }
