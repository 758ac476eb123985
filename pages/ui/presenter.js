// All the slides are there from the start; the keyboard turns them.
export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  let root = parentElement.querySelector('.salle');
  if (!root) {
    root = document.createElement('div'); root.className = 'salle'; root.at = 0;
    parentElement.appendChild(root);
    const kept = localStorage.getItem('rqds-presenter');
    root.classList.toggle('sombre', kept ? kept === 'sombre' : matchMedia('(prefers-color-scheme: dark)').matches);
  }
  if (root.shown !== data.html) { root.innerHTML = data.html; root.shown = data.html; }
  const slides = [...root.querySelectorAll('.diapo')];
  const go = (to) => {
    root.at = Math.max(0, Math.min(slides.length - 1, to));
    slides.forEach((s, k) => s.classList.toggle('montree', k === root.at));
    root.querySelector('[data-rang]').textContent = (root.at + 1) + ' sur ' + slides.length;
    slides[root.at].focus({ preventScroll: true });
  };
  const theme = () => localStorage.setItem('rqds-presenter', root.classList.toggle('sombre') ? 'sombre' : 'clair');
  const full = () => document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen().catch(() => {});
  const leave = () => {
    if (document.fullscreenElement) document.exitFullscreen();
    setTriggerValue('quitter', true);
  };
  const acts = { avant: () => go(root.at - 1), apres: () => go(root.at + 1), theme, plein: full, quitter: leave };
  const keys = {
    ArrowRight: acts.apres, ArrowDown: acts.apres, PageDown: acts.apres, ' ': acts.apres, ArrowLeft: acts.avant,
    ArrowUp: acts.avant, PageUp: acts.avant, Home: () => go(0), End: () => go(slides.length - 1), d: theme, f: full,
    Escape: () => { if (!document.fullscreenElement) leave(); },
  };
  root.onclick = (event) => {
    const button = event.target.closest('button[data-acte]');
    if (button) acts[button.dataset.acte]();
  };
  const pressed = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const onButton = event.composedPath().some((e) => e.tagName === 'BUTTON');
    const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act || (onButton && event.key === ' ')) return;
    event.preventDefault(); act();
  };
  const paper = () => { root.dark = root.classList.contains('sombre'); root.classList.remove('sombre'); };
  const screen = () => root.classList.toggle('sombre', root.dark);  // paper is white
  document.addEventListener('keydown', pressed);
  addEventListener('beforeprint', paper); addEventListener('afterprint', screen);
  go(root.at);
  return () => {
    document.removeEventListener('keydown', pressed);
    removeEventListener('beforeprint', paper); removeEventListener('afterprint', screen);
  };
}
