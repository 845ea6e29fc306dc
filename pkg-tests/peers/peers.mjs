// Who is measured, and how each of them is put on a page: as its makers tell a shop to, with files from its npm package
// as published, and with the answers that its server would give, cut down to one survey of one question.
import * as esbuild from 'esbuild';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const from = (name, file) => readFileSync(join(here, 'node_modules', name, file));
export const version = (name) => require(join(here, 'node_modules', name, 'package.json')).version;

const bundle = async (entry, options = {}) => {
  const { outputFiles } = await esbuild.build({
    entryPoints: [join(here, entry)],
    bundle: true,
    minify: true,
    write: false,
    charset: 'utf8',
    target: 'chrome94',
    loader: { '.css': 'text' },
    jsxFactory: 'h',
    // The style sheets are small enough to be minified by their own build; here they go as text.
    plugins: [{
      name: 'css-text',
      setup: (build) => build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
        const { code } = await esbuild.transform(readFileSync(path, 'utf8'), { loader: 'css', minify: true, charset: 'utf8' });
        return { contents: code.trim(), loader: 'text' };
      }),
    }],
    ...options,
  });
  return outputFiles[0].contents;
};

export const QUESTION = 'How likely are you to recommend us to a friend?';

/** A host page: a heading, text, a button that asks, and what the peer wants on it. */
const page = (body) => `<!doctype html>
<html lang="fa" dir="rtl">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Shop</title>
<link rel="icon" href="data:,">
<style>body{font:16px/1.6 sans-serif;margin:32px;max-width:640px}</style>
<h1>Shop</h1>
<button id="ask">Ask</button>
${'<p>Tea, pots, cups and kettles, and how to brew them well. Every order is packed by hand in the north of the country.</p>\n'.repeat(8)}
<script>
ask.onclick = () => window.asks?.();
</script>
${body}
`;

const tokenScript = (token) => `<script>
window.vafaToken = async () => '${token}';
</script>`;

/** Ours: the package as built, with answers as the real server gave them for one member. */
const vafa = (club) => ({
  name: 'Vafa',
  page: (cdn) => page(`${tokenScript(club.token)}
<script async src="${cdn}/v1/vafa.js" data-program="demo" data-key="${club.key}" data-lang="fa"></script>
<script>
window.vafa = [['identify', window.vafaToken]];
window.asks = () => window.vafa.push(['ask', 'srv_peers']);
</script>`),
  launcher: 'vafa-widget',
  prompt: () => document.querySelector('vafa-widget')?.shadowRoot.querySelectorAll('.prompt .score').length === 11,
  panel: () => !!document.querySelector('vafa-widget')?.shadowRoot.querySelector('.panel .balance'),
  files: club.files,
  answers: club.answers,
});

const preact = async (club) => ({
  name: `Preact ${version('preact')}, by hand`,
  page: (cdn) => page(`${tokenScript(club.token)}
<script defer src="${cdn}/preact/door.js" data-program="demo" data-key="${club.key}"></script>
<script>
window.asks = () => window.yardstick.ask();
</script>`),
  launcher: 'yard-stick',
  prompt: () => document.querySelector('yard-stick')?.shadowRoot.querySelectorAll('.prompt .score').length === 11,
  panel: () => !!document.querySelector('yard-stick')?.shadowRoot.querySelector('.panel .balance'),
  files: {
    '/preact/door.js': await bundle('preact/door.js'),
    '/preact/panel.js': await bundle('preact/panel.jsx', { format: 'esm' }),
    '/preact/prompt.js': await bundle('preact/prompt.jsx', { format: 'esm' }),
  },
  answers: club.answers,
});

const POSTHOG = {
  id: '018f0000-0000-0000-0000-000000000001',
  name: 'Peers',
  description: '',
  type: 'popover',
  start_date: '2026-01-01T00:00:00Z',
  end_date: null,
  linked_flag_key: null,
  targeting_flag_key: null,
  internal_targeting_flag_key: null,
  conditions: { events: { values: [{ name: 'never sent' }] } },
  appearance: {},
  questions: [{ id: 'q1', type: 'rating', display: 'number', scale: 10, question: QUESTION, lowerBoundLabel: 'Not likely', upperBoundLabel: 'Very likely' }],
};

/** PostHog's script tag, without recording, flags and automatic capture: what its surveys need, no more. */
const posthog = () => {
  const config = { token: 'phc_peers', surveys: [POSTHOG], hasFeatureFlags: false, supportedCompression: ['gzip-js'], sessionRecording: false, heatmaps: false, capturePerformance: false, autocapture_opt_out: true, siteApps: [], isAuthenticated: false, toolbarParams: {} };
  return {
    name: `PostHog ${version('posthog-js')}`,
    page: (cdn) => page(`<script>
!function(t,e){var o,n,p,r;e.__SV||(window.posthog=e,e._i=[],e.init=function(i,s,a){function g(t,e){t[e]=function(){t.push([e].concat(Array.prototype.slice.call(arguments,0)))}}(p=t.createElement("script")).type="text/javascript",p.crossOrigin="anonymous",p.async=!0,p.src=s.api_host+"/static/array.js",(r=t.getElementsByTagName("script")[0]).parentNode.insertBefore(p,r);var u=e;for(void 0!==a?u=e[a]=[]:a="posthog",u.people=u.people||[],o="capture displaySurvey onSurveysLoaded".split(" "),n=0;n<o.length;n++)g(u,o[n]);e._i.push([i,s,a])},e.__SV=1)}(document,window.posthog||[]);
posthog.init('phc_peers', { api_host: '${cdn}', autocapture: false, capture_pageview: false, capture_pageleave: false, disable_session_recording: true, advanced_disable_feature_flags: true, request_batching: false });
window.asks = () => posthog.displaySurvey('${POSTHOG.id}', { displayType: 'popover', ignoreConditions: true, ignoreDelay: true });
</script>`),
    prompt: () => [...document.querySelectorAll('[class*=PostHogSurvey]')].some((one) => one.shadowRoot?.querySelectorAll('.ratings-number, .rating-options-number button').length >= 11),
    ready: () => !!window.__PosthogExtensions__?.generateSurveys,
    files: {
      '/static/array.js': from('posthog-js', 'dist/array.js'),
      [`/static/${version('posthog-js')}/surveys.js`]: from('posthog-js', 'dist/surveys.js'),
    },
    answers: {
      'GET /array/phc_peers/config.js': `(function(){window._POSTHOG_REMOTE_CONFIG=window._POSTHOG_REMOTE_CONFIG||{};window._POSTHOG_REMOTE_CONFIG['phc_peers']={config:${JSON.stringify(config)},siteApps:[]}})();`,
      'GET /array/phc_peers/config': config,
      'GET /api/surveys/': { surveys: [POSTHOG], survey_config: {} },
      'POST /flags/': { flags: {}, surveys: [POSTHOG] },
      'POST /e/': { status: 'Ok' },
      'POST /i/v0/e/': { status: 'Ok' },
    },
  };
};

const FORMBRICKS = {
  id: 'peers',
  name: 'Peers',
  welcomeCard: { enabled: false },
  questions: [{ id: 'q1', type: 'nps', headline: QUESTION, required: false, lowerLabel: 'Not likely', upperLabel: 'Very likely' }],
  thankYouCard: { enabled: false },
  hiddenFields: { enabled: false },
  styling: {},
  displayPercentage: null,
};

/**
 * Formbricks: its loader and its surveys are on npm, what comes between them (who is asked when) is not. A stand-in of a
 * few lines takes its place, which asks nobody's conditions: the figures are too low by that much.
 */
const formbricks = async () => ({
  name: `Formbricks ${version('@formbricks/js')} with surveys ${version('@formbricks/surveys')}`,
  page: (cdn) => page(`<script type="module">
import formbricks from '${cdn}/formbricks.js';
formbricks.setup({ appUrl: '${cdn}', workspaceId: 'peers' });
window.asks = () => formbricks.track('asked');
</script>`),
  prompt: () => document.querySelectorAll('#formbricks-modal-container input[type=radio]').length === 11,
  files: {
    '/formbricks.js': (await esbuild.transform(from('@formbricks/js', 'dist/index.js').toString(), { minify: true, charset: 'utf8' })).code,
    '/js/surveys.umd.cjs': from('@formbricks/surveys', 'dist/index.umd.js'),
  },
  answers: {
    'GET /js/formbricks.umd.cjs': Buffer.from(await bundle('formbricks-core.js')).toString(),
    'GET /api/v1/client/peers/environment': { data: { surveys: [FORMBRICKS] } },
  },
});

const SURVEYJS = {
  showCompletedPage: false,
  elements: [{ type: 'rating', name: 'q1', title: QUESTION, rateMin: 0, rateMax: 10, displayMode: 'buttons', minRateDescription: 'Not likely', maxRateDescription: 'Very likely' }],
};

/** SurveyJS: a form library. Its pages have script tags, in every page that may show a form. */
const surveyjs = () => ({
  name: `SurveyJS ${version('survey-js-ui')}`,
  page: (cdn) => page(`<link rel="stylesheet" href="${cdn}/survey-core.fontless.min.css">
<div id="form"></div>
<script defer src="${cdn}/survey.core.min.js"></script>
<script defer src="${cdn}/survey-js-ui.min.js"></script>
<script>
window.asks = async () => {
  const model = new Survey.Model(await (await fetch('${cdn}/surveys/peers')).json());
  SurveyUI.renderPopupSurvey(model, document.getElementById('form'), { isExpanded: true });
};
</script>`),
  prompt: () => document.querySelectorAll('#form input[type=radio], .sv_popup input[type=radio], .sd-root-modern input[type=radio]').length >= 11,
  files: {
    '/survey.core.min.js': from('survey-core', 'survey.core.min.js'),
    '/survey-core.fontless.min.css': from('survey-core', 'survey-core.fontless.min.css'),
    '/survey-js-ui.min.js': from('survey-js-ui', 'survey-js-ui.min.js'),
  },
  answers: { 'GET /surveys/peers': SURVEYJS },
});

/** A page with nothing on it: what the browser does for every page is taken off everybody's figures. */
const nobody = { name: 'nobody', page: () => page(''), files: {}, answers: {} };

export const everybody = async (club) => ({
  nobody,
  peers: [vafa(club), await preact(club), await formbricks(), posthog(), surveyjs()],
});
