// What our own server says to one member, asked once from a real one and then repeated like everybody's answers.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stage, cdn } from '../stage.mjs';
import { QUESTION } from './peers.mjs';

const survey = { id: 'srv_peers', kind: 'nps', question: { fa: QUESTION, en: QUESTION }, trigger: 'manual', scope: 'once', global_wait_days: 0 };

/** The demo's club with one survey, as Elham sees it, and the package's files. */
export const readClub = async () => {
  const stage = await Stage.open({
    program: (demo) => {
      const activities = demo.earning.activities.filter((rule) => !rule.kind.survey);
      return { ...demo, surveys: [survey], earning: { ...demo.earning, activities } };
    },
  });
  try {
    const key = stage.keys.publishable_key;
    const program = await fetch(`${stage.api}/v1/programs/demo?key=${key}`, { headers: { origin: stage.shop } });
    const me = await stage.asMember('elham', 'GET', '/v1/me');
    if (!program.ok || me.status !== 200) throw new Error(`the server answered ${program.status} and ${me.status}`);
    const { files } = JSON.parse(readFileSync(join(cdn, 'manifest.json'), 'utf8'));
    const paths = Object.values(files).map(({ file }) => [`/v1/${file}`, readFileSync(join(cdn, file))]);
    return {
      key,
      token: await stage.token('elham'),
      files: Object.fromEntries(paths),
      answers: {
        'GET /v1/programs/demo': await program.json(),
        'GET /v1/me': me.body,
        'POST /v1/events': {},
        'POST /v1/me/responses': {},
      },
    };
  } finally {
    await stage.close();
  }
};
