// Before the first paint, so that a dark page does not flash white. A file of its own: the server's
// content security policy allows no inline script. Same storage key as Mantine's.
(function () {
  var chosen = null;
  try {
    chosen = globalThis.localStorage.getItem('mantine-color-scheme-value');
  } catch (error) {
    // Storage may be forbidden; then the system's choice stands.
  }
  var dark =
    chosen === 'dark' ||
    (chosen !== 'light' && globalThis.matchMedia('(prefers-color-scheme: dark)').matches);
  globalThis.document.documentElement.setAttribute(
    'data-mantine-color-scheme',
    dark ? 'dark' : 'light',
  );
})();
