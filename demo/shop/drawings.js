// The shop's pictures: flat drawings in 200 × 200, made of shapes only, so that nothing is fetched and no
// ids can collide when one is shown twice. They are decoration; the product's name stands beside each.

const shadow = (rx = 56, cy = 170) => `<ellipse cx="100" cy="${cy}" rx="${rx}" ry="6.5" fill="#2b2140" opacity=".12"/>`;

/** A leaf from its stem at (0,0) up to its tip at (0,-30). */
const leaf = (x, y, turn, colour, size = 1) =>
  `<g transform="translate(${x} ${y}) rotate(${turn}) scale(${size})">
    <path d="M0 0C-11-8-10-22 0-32 10-22 11-8 0 0Z" fill="${colour}"/>
    <path d="M0 0V-25" stroke="#fff" stroke-opacity=".45" stroke-width="1.4" fill="none" stroke-linecap="round"/></g>`;

/** An eight-pointed star, as on tiles. */
const star = (x, y, r, colour) =>
  `<g fill="${colour}" transform="translate(${x} ${y})"><rect x="${-r}" y="${-r}" width="${2 * r}" height="${2 * r}"/>
    <rect x="${-r}" y="${-r}" width="${2 * r}" height="${2 * r}" transform="rotate(45)"/></g>`;

const band = (y, colour) => [66, 83, 100, 117, 134].map((x) => star(x, y, 3.6, colour)).join('');

function tin({ body, shade, lid, rim, label, motif }) {
  return `${shadow()}
    <path d="M56 66h88v92a10 10 0 0 1-10 10H66a10 10 0 0 1-10-10Z" fill="${body}"/>
    <path d="M118 66h26v92a10 10 0 0 1-10 10h-16Z" fill="${shade}"/>
    <path d="M64 72h6v88h-6Z" fill="#fff" opacity=".22"/>
    <rect x="52" y="44" width="96" height="24" rx="6" fill="${lid}"/>
    <rect x="52" y="62" width="96" height="6" rx="3" fill="${rim}"/>
    <path d="M60 48h10v12H60Z" fill="#fff" opacity=".25"/>
    <rect x="84" y="36" width="32" height="9" rx="4.5" fill="${rim}"/>
    ${band(158, label)}
    <path d="M100 78c22 0 32 14 32 34s-10 34-32 34-32-14-32-34 10-34 32-34Z" fill="${label}"/>
    <path d="M100 83c19 0 27 12 27 29s-8 29-27 29-27-12-27-29 8-29 27-29Z" fill="none" stroke="${body}" stroke-width="1.3"/>
    ${motif}`;
}

function pouch({ paper, fold, label, motif }) {
  return `${shadow()}
    <path d="M58 52h84l6 108a8 8 0 0 1-8 8H60a8 8 0 0 1-8-8Z" fill="${paper}"/>
    <path d="M124 52h18l6 108a8 8 0 0 1-8 8h-12Z" fill="#000" opacity=".07"/>
    <path d="M58 52h84l1 18H57Z" fill="${fold}"/>
    <path d="M60 30h80l2 24H58Z" fill="${paper}"/><path d="M60 30h80l1 10H59Z" fill="${fold}"/>
    <rect x="90" y="47" width="20" height="10" rx="5" fill="#fff" opacity=".6"/>
    <rect x="66" y="82" width="68" height="72" rx="34" fill="${label}"/>
    ${motif}`;
}

const borage = (x, y, r, turn = 0) =>
  `<g transform="translate(${x} ${y}) rotate(${turn})">${[0, 72, 144, 216, 288]
    .map((a) => `<path d="M0 0C${-r * 0.5} ${-r * 0.4} ${-r * 0.35} ${-r} 0 ${-r * 1.15} ${r * 0.35} ${-r} ${r * 0.5} ${-r * 0.4} 0 0Z" fill="#7a66d6" transform="rotate(${a})"/>`)
    .join('')}<circle r="${r * 0.3}" fill="#fff"/><circle r="${r * 0.15}" fill="#3c2a86"/></g>`;

const citrus = (x, y, r) =>
  `<g transform="translate(${x} ${y})"><circle r="${r}" fill="#e0a21b"/><circle r="${r * 0.86}" fill="#fff4cf"/>${[0, 60, 120, 180, 240, 300]
    .map((a) => `<path d="M0 ${-r * 0.1}L${-r * 0.32} ${-r * 0.68}Q0 ${-r * 0.86} ${r * 0.32} ${-r * 0.68}Z" fill="#f3c74f" transform="rotate(${a})"/>`)
    .join('')}</g>`;

const quince = (x, y, r, turn) =>
  `<g transform="translate(${x} ${y}) rotate(${turn})"><circle r="${r}" fill="#e6b93c"/><circle r="${r * 0.88}" fill="#fbe7ad"/>
    <path d="M0 ${-r * 0.5}C${r * 0.4} ${-r * 0.3} ${r * 0.4} ${r * 0.3} 0 ${r * 0.5}C${-r * 0.4} ${r * 0.3} ${-r * 0.4} ${-r * 0.3} 0 ${-r * 0.5}Z" fill="#f1cf77"/>
    <ellipse cx="${-r * 0.12}" cy="${-r * 0.1}" rx="${r * 0.08}" ry="${r * 0.15}" fill="#7c4a1d"/><ellipse cx="${r * 0.14}" cy="${r * 0.1}" rx="${r * 0.08}" ry="${r * 0.15}" fill="#7c4a1d"/></g>`;

const stick = (x, y, turn, h = 40) =>
  `<g transform="translate(${x} ${y}) rotate(${turn})"><rect x="-4" y="${-h / 2}" width="8" height="${h}" rx="3" fill="#9c5a2b"/><rect x="-1.2" y="${-h / 2 + 2}" width="2" height="${h - 4}" rx="1" fill="#c98a55"/></g>`;

/** A waisted glass of tea, with its foot at (0,0) and its lip at (0,-64). */
const glass = (x, y, size = 1, tea = '#b4531a') =>
  `<g transform="translate(${x} ${y}) scale(${size})">
    <ellipse cy="3" rx="34" ry="6.5" fill="#f7f3ee"/><ellipse cy="1.5" rx="34" ry="6.5" fill="#fff"/><ellipse cy="1.5" rx="34" ry="6.5" fill="none" stroke="#d8a83f" stroke-width="1.6"/>
    <path d="M-19-64C-18-48-11-44-11-34S-18-18-16-4Q-15 1 0 1t16-5C18-18 11-24 11-34S18-48 19-64Z" fill="#dfeaf0" opacity=".75"/>
    <path d="M-17.4-54C-15.6-44-10-41-10-34S-16.6-18-14.6-5Q-13-1 0-1t14.6-4C16.6-18 10-26 10-34S15.6-44 17.4-54Z" fill="${tea}"/>
    <ellipse cy="-54" rx="17.4" ry="3.4" fill="#d9813a"/>
    <ellipse cy="-64" rx="19" ry="3.6" fill="none" stroke="#d8a83f" stroke-width="1.8"/>
    <path d="M-14-50C-12-44-7-40-7-34S-12-20-11-8" stroke="#fff" stroke-opacity=".55" stroke-width="2.4" fill="none" stroke-linecap="round"/></g>`;

const teapot = (x, y, size = 1) =>
  `<g transform="translate(${x} ${y}) scale(${size})">
    <path d="M52-62C84-70 92-22 50-18" fill="none" stroke="#1b7d86" stroke-width="9" stroke-linecap="round"/>
    <path d="M-50-44C-72-46-70-74-88-82L-78-88C-58-84-58-64-42-62Z" fill="#1b7d86"/>
    <path d="M-58-38C-58-70-34-82 0-82S58-70 58-38C58-14 38 0 0 0S-58-14-58-38Z" fill="#2aa3aa"/>
    <path d="M20-80C44-76 58-64 58-38 58-14 38 0 0 0 34-8 48-40 20-80Z" fill="#1b7d86" opacity=".55"/>
    <path d="M-40-11C-30-4-16 0 0 0S30-4 40-11C26-13 24-5 12-9-2-13-8-5-18-9-26-12-32-9-40-11Z" fill="#b8653a"/>
    <path d="M-30-80Q0-96 30-80Q0-72-30-80Z" fill="#54bfc3"/><path d="M-32-80Q0-70 32-80" stroke="#12626a" stroke-width="2.4" fill="none"/>
    <circle cy="-93" r="7" fill="#1b7d86"/><circle cx="-2" cy="-95" r="2.2" fill="#8fdde0"/>
    <path d="M-44-50C-42-62-34-68-24-71" stroke="#c8f2f2" stroke-width="5" fill="none" stroke-linecap="round" opacity=".85"/>
    ${[-26, -8, 10, 28].map((dx) => star(dx, -38, 4, '#12626a')).join('')}${[-17, 1, 19].map((dx) => star(dx, -38, 1.7, '#f2d27c')).join('')}</g>`;

const crystal = (x, y, turn) =>
  `<g transform="translate(${x} ${y}) rotate(${turn})"><rect x="-2.4" y="-6" width="4.8" height="74" rx="2.4" fill="#a9774a"/>
    <path d="M-12-8L-4-16 6-14 13-4 12 6 15 15 9 26 11 35 2 42-8 39-13 29-11 19-15 9-13 0Z" fill="#f2b632"/>
    <path d="M-4-16L6-14 1-4-9-3-12-8Z" fill="#ffe18a"/><path d="M1-4L13-4 12 6 3 9Z" fill="#fbd05e"/><path d="M-9-3L1-4 3 9-8 10-15 9-13 0Z" fill="#f8c648"/>
    <path d="M3 9L15 15 9 26 0 22Z" fill="#e0971d"/><path d="M-8 10L3 9 0 22-11 19Z" fill="#ffdf80"/><path d="M-11 19L0 22 2 33-8 39-13 29Z" fill="#f5bd3c"/><path d="M0 22L9 26 11 35 2 42 2 33Z" fill="#d98c17"/>
    <path d="M-6 2Q0 8-3 16M4 14Q1 20 5 28" stroke="#b3341a" stroke-width="1.4" fill="none" stroke-linecap="round"/></g>`;

const gaz = (x, y, spots) =>
  `<g transform="translate(${x} ${y})"><path d="M-30 0V14C-30 21-16 26 0 26S30 21 30 14V0Z" fill="#e9dfcb"/><ellipse rx="30" ry="13" fill="#fbf6ea"/>
    <g fill="#7fa23c">${spots.map(([a, b, t]) => `<ellipse cx="${a}" cy="${b}" rx="4.6" ry="2.5" transform="rotate(${t} ${a} ${b})"/>`).join('')}</g>
    <g fill="#a8c25a"><ellipse cx="-18" cy="15" rx="3.6" ry="2.2"/><ellipse cx="4" cy="19" rx="4" ry="2.3"/><ellipse cx="20" cy="15" rx="3" ry="2"/></g></g>`;

const cookie = (x, y, size = 1) =>
  `<g transform="translate(${x} ${y}) scale(${size})"><ellipse cy="6" rx="36" ry="22" fill="#a5642a"/><ellipse rx="36" ry="22" fill="#dfa04f"/><ellipse rx="31" ry="18.4" fill="#e9b36a"/>
    <g fill="none" stroke="#b9752f" stroke-width="2.2"><ellipse rx="23" ry="13.4"/><ellipse rx="8" ry="4.8"/>${[0, 45, 90, 135, 180, 225, 270, 315]
      .map((a) => { const r = (a * Math.PI) / 180; return `<path d="M${(8 * Math.cos(r)).toFixed(1)} ${(4.8 * Math.sin(r)).toFixed(1)}L${(23 * Math.cos(r)).toFixed(1)} ${(13.4 * Math.sin(r)).toFixed(1)}"/>`; })
      .join('')}</g></g>`;

const steam = (x, y, size = 1) =>
  `<g class="steam" transform="translate(${x} ${y}) scale(${size})" fill="none" stroke="currentColor" stroke-width="3" stroke-linecap="round">
    <path d="M-12 0c-6-9 6-14 0-24s6-14 0-22"/><path d="M0-6c-6-9 6-14 0-24s6-14 0-22"/><path d="M12 0c-6-9 6-14 0-24s6-14 0-22"/></g>`;

const DRAWINGS = {
  'tin-amber': () => tin({ body: '#b4651d', shade: '#955016', lid: '#d18a35', rim: '#7b4110', label: '#fdf0d8',
    motif: [-52, -26, 0, 26, 52].map((a, i) => leaf(100, 130, a, i % 2 ? '#5f4a2b' : '#7a5b33', 0.92)).join('') + '<circle cx="100" cy="130" r="3.2" fill="#b4651d"/>' }),
  'tin-leaf': () => tin({ body: '#e9dfc4', shade: '#d6c8a2', lid: '#f3ecd8', rim: '#b99b53', label: '#fffdf6',
    motif: leaf(100, 132, -48, '#6f9a3a', 1.05) + leaf(100, 132, 48, '#83ad48', 1.05) + leaf(100, 126, 0, '#b5cf6d', 0.95) + '<path d="M100 126v13" stroke="#6f9a3a" stroke-width="3" stroke-linecap="round"/>' }),
  'tin-violet': () => tin({ body: '#5b4a9e', shade: '#483a82', lid: '#7564bb', rim: '#362b66', label: '#f3efff',
    motif: citrus(100, 116, 20) + leaf(116, 100, 58, '#5d8a3c', 0.62) + leaf(84, 100, -58, '#5d8a3c', 0.62) }),
  'tin-green': () => tin({ body: '#4f7d57', shade: '#3e6646', lid: '#6d9a74', rim: '#2f5036', label: '#eef6e8',
    motif: leaf(86, 134, -30, '#5d9a58', 1.15) + leaf(112, 136, 34, '#86b86a', 1.15) + leaf(100, 124, 2, '#a6cf83', 0.85) }),
  'pouch-borage': () => pouch({ paper: '#cfa97a', fold: '#b98f5d', label: '#f5f1ff',
    motif: borage(100, 106, 15) + borage(84, 130, 11, 20) + borage(116, 132, 11, -24) + leaf(100, 150, 70, '#6f9a5a', 0.5) + leaf(100, 150, -70, '#6f9a5a', 0.5) }),
  'pouch-quince': () => pouch({ paper: '#d6a877', fold: '#bd8a55', label: '#fff5df',
    motif: quince(91, 106, 17, -10) + quince(112, 122, 15, 24) + stick(90, 138, 62, 36) + stick(98, 143, 52, 32) }),
  teapot: () => shadow(64, 152) + teapot(104, 150, 0.98),
  glasses: () => shadow(76, 162) + glass(62, 138, 0.86, '#c05f20') + glass(140, 138, 0.86, '#a84a16') + glass(101, 158, 1.06),
  samovar: () => `${shadow(46, 176)}
    <path d="M70 168h60l6 8H64Z" fill="#8a5a14"/><path d="M82 150h36l8 18H74Z" fill="#c08a2c"/><path d="M104 150h14l8 18h-18Z" fill="#a3711d"/>
    <path d="M60 92h-14a8 8 0 0 0 0 16h12M140 92h14a8 8 0 0 1 0 16h-12" fill="none" stroke="#6d4410" stroke-width="6" stroke-linecap="round"/>
    <path d="M66 76h68c8 18 6 40-6 60-4 8-8 14-10 16H82c-2-2-6-8-10-16-12-20-14-42-6-60Z" fill="#dba63d"/>
    <path d="M108 76h26c8 18 6 40-6 60-4 8-8 14-10 16h-16c14-20 18-48 6-76Z" fill="#b9832a"/>
    <path d="M72 86c-4 14-3 30 4 44" stroke="#fbe3a0" stroke-width="6" stroke-linecap="round" fill="none"/>
    <rect x="58" y="68" width="84" height="11" rx="5.5" fill="#c9942f"/><rect x="72" y="58" width="56" height="11" rx="4" fill="#b17d25"/><rect x="80" y="50" width="40" height="9" rx="4" fill="#dba63d"/>
    <g transform="translate(100 51) scale(.36)"><path d="M52-62C84-70 92-22 50-18" fill="none" stroke="#c9d2dc" stroke-width="9"/><path d="M-50-44C-72-46-70-74-88-82L-78-88C-58-84-58-64-42-62Z" fill="#c9d2dc"/><path d="M-58-38C-58-70-34-82 0-82S58-70 58-38C58-14 38 0 0 0S-58-14-58-38Z" fill="#eef2f6"/><circle cx="0" cy="-40" r="17" fill="#d9607a"/><circle cx="0" cy="-40" r="8" fill="#f3a6b5"/><path d="M17-34q16-2 20 10-16 2-20-10ZM-17-34q-16-2-20 10 16 2 20-10Z" fill="#6f9a5a"/><path d="M-30-80Q0-98 30-80Z" fill="#c9d2dc"/><circle cy="-93" r="7" fill="#b9832a"/></g>
    <path d="M92 124h16v7l12 3v6H88v-6l4-3Z" fill="#8a5a14"/><path d="M96 138h8v10h-8Z" fill="#6d4410"/><rect x="88" y="118" width="24" height="7" rx="3.5" fill="#6d4410"/>
    ${[80, 100, 120].map((x) => star(x, 100, 3.4, '#8a5a14')).join('')}`,
  nabat: () => shadow(50, 164) + crystal(66, 82, -16) + crystal(134, 82, 16) + crystal(100, 72, 0) +
    '<path d="M74 132h52l5 26a8 8 0 0 1-8 8H77a8 8 0 0 1-8-8Z" fill="#5b4a9e"/><path d="M112 132h14l5 26a8 8 0 0 1-8 8h-8Z" fill="#483a82"/><rect x="70" y="128" width="60" height="9" rx="4.5" fill="#7564bb"/>' + [84, 100, 116].map((x) => star(x, 151, 3.4, '#f2d27c')).join(''),
  gaz: () => shadow(72, 160) + gaz(66, 128, [[-12, -3, 20], [8, 3, -30], [14, -5, 10], [-4, 6, 60]]) + gaz(134, 128, [[-14, 2, -20], [2, -5, 40], [15, 3, 0], [-2, 6, 15]]) + gaz(100, 100, [[-10, 3, 10], [0, -6, -30], [13, 1, 45], [-18, -2, 80], [5, 6, 5]]) +
    '<g transform="translate(160 158) rotate(24)"><ellipse rx="9" ry="6" fill="#d8c49a"/><path d="M-7-1Q0-5 7-1Q0 4-7-1Z" fill="#7fa23c"/></g><g transform="translate(36 158) rotate(-18)"><ellipse rx="8" ry="5.4" fill="#d8c49a"/><path d="M-6-1Q0-4 6-1Q0 4-6-1Z" fill="#7fa23c"/></g>',
  kolucheh: () => shadow(72, 160) + cookie(68, 138, 0.95) + cookie(134, 136, 0.95) + cookie(101, 104, 1.04) +
    '<g transform="translate(100 164)"><path d="M-9 0a9 7 0 0 1 18 0 9 6 0 0 1-18 0Z" fill="#9b6a3a"/><path d="M0-6v11M-5-4q3 3 0 8M5-4q-3 3 0 8" stroke="#6d4521" stroke-width="1.3" fill="none"/></g>',
};

/** The drawing of this name as an SVG element's source. */
export function drawing(name) {
  return `<svg viewBox="0 0 200 200" aria-hidden="true" focusable="false">${(DRAWINGS[name] ?? DRAWINGS.teapot)()}</svg>`;
}

/** The scene at the head of the home page: a tray by a window, with something to smell. */
export function scene() {
  return `<svg viewBox="0 0 420 320" aria-hidden="true" focusable="false">
    <path class="arch" d="M60 300V140C60 70 130 40 210 16 290 40 360 70 360 140V300Z"/>
    <path class="arch-line" d="M76 300V144C76 84 138 56 210 34 282 56 344 84 344 144V300" fill="none"/>
    <circle class="sun" cx="262" cy="118" r="34"/>
    <path class="hill-far" d="M76 236C120 190 168 196 204 214S300 216 344 178V300H76Z"/>
    <path class="hill-near" d="M76 262C130 226 190 238 230 252S316 246 344 228V300H76Z"/>
    <g class="rows" fill="none"><path d="M84 276C140 244 190 254 226 264"/><path d="M96 292C150 262 196 268 236 278"/><path d="M250 268C284 268 316 258 342 244"/><path d="M248 284C286 284 318 276 342 262"/></g>
    ${steam(84, 164, 0.62)}${steam(312, 208, 0.6)}
    <ellipse class="tray-shade" cx="210" cy="300" rx="186" ry="14"/>
    <path d="M34 286h352c0 12-20 20-44 20H78c-24 0-44-8-44-20Z" fill="#b9832a"/><path d="M34 286h352c0 4-3 7-7 9H41c-4-2-7-5-7-9Z" fill="#dba63d"/>
    ${teapot(190, 286, 1.24)}
    ${glass(312, 282, 0.98)}
    <g transform="translate(84 284)"><path d="M-26-20h52l-6 20h-40Z" fill="#5b4a9e"/><path d="M-26-20h52l-2 6h-48Z" fill="#7564bb"/><g fill="#fff" stroke="#d9cfc0"><rect x="-20" y="-34" width="16" height="14" rx="2" transform="rotate(-6 -12 -27)"/><rect x="2" y="-33" width="16" height="14" rx="2" transform="rotate(9 10 -26)"/><rect x="-8" y="-43" width="15" height="14" rx="2" transform="rotate(4 0 -36)"/></g></g>
    ${leaf(366, 282, 62, '#6f9a3a', 0.8)}${leaf(364, 284, 100, '#83ad48', 0.66)}
  </svg>`;
}

/** The shop's sign: two leaves and a bud. */
export function sign() {
  return `<svg viewBox="0 0 40 40" aria-hidden="true" focusable="false"><circle cx="20" cy="20" r="20" class="sign-plate"/>
    <g transform="translate(20 32) scale(.62)">${leaf(0, 0, -46, '#cbe29a', 1)}${leaf(0, 0, 46, '#cbe29a', 1)}${leaf(0, -6, 0, '#fff', 0.95)}</g></svg>`;
}

/** Line icons of the shop's controls, 24 × 24. */
export function icon(name) {
  const paths = {
    basket: '<path d="M4 9h16l-1.6 9.2a2 2 0 0 1-2 1.8H7.6a2 2 0 0 1-2-1.8L4 9Z"/><path d="m8 9 3-5M16 9l-3-5M10 13v3M14 13v3"/>',
    person: '<circle cx="12" cy="8" r="4"/><path d="M4.5 20c1-4 4-6 7.5-6s6.500 2 7.5 6"/>',
    plus: '<path d="M12 6v12M6 12h12"/>',
    minus: '<path d="M6 12h12"/>',
    bin: '<path d="M5 7h14M10 7V5h4v2M7 7l1 12h8l1-12M10.500 11v5M13.500 11v5"/>',
    check: '<path d="m5 12.500 4.500 4.500L19 7.500"/>',
    back: '<path d="m9 6 6 6-6 6"/>',
    tag: '<path d="M4 12V5a1 1 0 0 1 1-1h7l8 8-8 8Z"/><circle cx="8.500" cy="8.500" r="1.200"/>',
    truck: '<path d="M3 6h11v10H3zM14 10h4l3 3v3h-7"/><circle cx="7" cy="17.500" r="1.800"/><circle cx="17" cy="17.500" r="1.800"/>',
    leaf: '<path d="M5 19c0-9 5-14 14-14 0 9-5 14-14 14Zm0 0 8-8"/>',
    undo: '<path d="M8 5 4 9l4 4M4 9h10a5 5 0 0 1 0 10h-3"/>',
    chevron: '<path d="m6 9 6 6 6-6"/>',
  };
  return `<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${paths[name]}</svg>`;
}
