// Fetching again what has changed: one request at a time per subject, so that an older answer
// never overwrites a newer one, and repeated until it succeeds.

const AGAIN = 3000; // ms

/** `fetchAndKeep()` is run once more after this if it is asked for while it runs. */
export function refresher(fetchAndKeep, failed = () => {}) {
  let running = null;
  let again = false;
  let timer = null;

  async function run() {
    clearTimeout(timer);
    do {
      again = false;
      try {
        await fetchAndKeep();
      } catch (error) {
        failed(error);
        if (error.status === undefined) throw error;
        if (error.status === 401) return;
        if (!error.passing) continue; // what is asked for meanwhile may succeed
        timer = setTimeout(refresh, (error.retryAfter ?? 0) * 1000 + AGAIN * (0.5 + Math.random()));
        return;
      }
    } while (again);
  }

  function refresh() {
    again = running !== null;
    running ??= run().finally(() => { running = null; });
    return running;
  }
  return refresh;
}
