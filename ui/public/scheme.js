// Runs before the first paint, so that a dark page does not flash white. A file of its own, because inline scripts are refused.
(function () {
  var choice = null;
  try { choice = localStorage.getItem('consortio-scheme'); } catch (_) { /* storage may be switched off */ }
  var dark = choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
})();
