import { load, vafa } from 'vafa';

const settings = await (await fetch('/settings.json')).json();
load(settings);
load(settings);
vafa.identify(() => fetch('/club-token').then((answer) => (answer.ok ? answer.text() : null)));
document.getElementById('mine').addEventListener('click', () => vafa.open('rewards'));
vafa.on('opened', (place) => { document.title = place; });
