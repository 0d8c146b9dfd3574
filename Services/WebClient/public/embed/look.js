// How the button looks. A constructed sheet: no page's Content-Security-Policy has to allow styles for it.

const rules = `
:host { position: fixed; inset: auto 20px 20px auto; z-index: 2147483000; font: 15px/1.45 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; color: #16242d; }
:host([inline]) { position: static; display: inline-block; }
[hidden] { display: none !important; }
button { font: inherit; color: inherit; cursor: pointer; border: 0; margin: 0; }
button:focus-visible { outline: 3px solid #3aa0bd; outline-offset: 2px; }
svg { width: 20px; height: 20px; fill: currentcolor; flex: none; }
.call { display: inline-flex; align-items: center; gap: 8px; min-height: 48px; padding: 0 20px; border-radius: 24px; background: var(--carillon-accent, #0b6e86); color: #fff; font-weight: 600; box-shadow: 0 4px 16px rgb(16 36 45 / 25%); }
.call:hover { filter: brightness(0.92); }
.panel { width: min(300px, calc(100vw - 40px)); padding: 18px; border-radius: 14px; background: #fff; box-shadow: 0 8px 32px rgb(16 36 45 / 25%); box-sizing: border-box; }
.head { display: flex; align-items: center; gap: 10px; }
.mark { display: grid; place-items: center; width: 40px; height: 40px; border-radius: 50%; background: var(--carillon-accent, #0b6e86); color: #fff; flex: none; }
.panel[data-state="connecting"] .mark, .panel[data-state="ringing"] .mark { animation: ring 1.2s ease-in-out infinite; }
@keyframes ring { 50% { box-shadow: 0 0 0 8px rgb(11 110 134 / 18%); } }
@media (prefers-reduced-motion: reduce) { .mark { animation: none !important; } }
.title { font-weight: 600; }
.state { color: #55656f; font-size: 14px; }
.panel[data-state="ended"] .state { color: #b3261e; }
.panel[data-state="ended"][data-reason="hungUp"] .state, .panel[data-state="ended"][data-reason="ended"] .state { color: #55656f; }
.clock { margin-left: auto; font-variant-numeric: tabular-nums; color: #55656f; }
.acts { display: flex; justify-content: space-between; gap: 8px; margin-top: 16px; }
.act { flex: 1; display: grid; justify-items: center; gap: 4px; padding: 10px 4px; border-radius: 10px; background: #eef2f4; font-size: 13px; }
.act:hover { background: #e3f1f5; }
.act[aria-pressed="true"] { background: #0e4a5c; color: #fff; }
.act.stop { background: #b3261e; color: #fff; }
.act.stop:hover { background: #8c1d17; }
.act.go { background: #1a7f4b; color: #fff; }
.keypad { display: grid; grid-template-columns: repeat(3, 1fr); gap: 8px; margin-top: 14px; }
.keypad button { min-height: 44px; border-radius: 10px; background: #eef2f4; font-size: 18px; font-weight: 600; }
.keypad button:active { background: #cfe6ee; }
`;

export function sheet() {
  const made = new CSSStyleSheet();
  made.replaceSync(rules);
  return made;
}

const paths = {
  phone: "M6.6 10.8a15.1 15.1 0 0 0 6.6 6.6l2.2-2.2a1 1 0 0 1 1-.25 11.4 11.4 0 0 0 3.6.58 1 1 0 0 1 1 1V20a1 1 0 0 1-1 1A17 17 0 0 1 3 4a1 1 0 0 1 1-1h3.5a1 1 0 0 1 1 1c0 1.25.2 2.45.57 3.57a1 1 0 0 1-.25 1z",
  microphone: "M12 14a3 3 0 0 0 3-3V5a3 3 0 0 0-6 0v6a3 3 0 0 0 3 3zm5-3a5 5 0 0 1-10 0H5a7 7 0 0 0 6 6.9V21h2v-3.1A7 7 0 0 0 19 11z",
  keys: "M5 3h4v4H5zm5 0h4v4h-4zm5 0h4v4h-4zM5 8h4v4H5zm5 0h4v4h-4zm5 0h4v4h-4zM5 13h4v4H5zm5 0h4v4h-4zm5 0h4v4h-4zm-5 5h4v4h-4z",
  stop: "M12 9c-1.6 0-3.15.25-4.6.72v3.1a1 1 0 0 1-.56.9 11 11 0 0 0-2.67 1.85 1 1 0 0 1-1.4 0L.3 13.1a1 1 0 0 1 0-1.42 16.6 16.6 0 0 1 23.4 0 1 1 0 0 1 0 1.42l-2.48 2.47a1 1 0 0 1-1.39 0 11 11 0 0 0-2.67-1.85 1 1 0 0 1-.56-.9v-3.1A15 15 0 0 0 12 9z",
  close: "M19 6.4 17.6 5 12 10.6 6.4 5 5 6.4l5.6 5.6L5 17.6 6.4 19l5.6-5.6 5.6 5.6 1.4-1.4-5.6-5.6z",
};

const space = "http://www.w3.org/2000/svg";

export function picture(name) {
  const drawing = document.createElementNS(space, "svg");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", paths[name]);
  drawing.append(path);
  return drawing;
}
