// The yardstick's survey: eleven scores and a close button.
import { h, render } from 'preact';
import { useState } from 'preact/hooks';
import { dress, number, text } from './look.js';

const SCORES = [...Array(11).keys()];

const Prompt = ({ survey, close }) => {
  const [score, choose] = useState();
  return (
    <div class="vafa" lang="fa" dir="rtl">
      <section class="prompt" role="region" tabindex="-1" aria-label="یک پرسش کوتاه">
        <div class="heading">
          <p class="sub">یک پرسش کوتاه</p>
          <button class="btn square" aria-label="بستن" onClick={close}>×</button>
        </div>
        <h3>{text(survey.question)}</h3>
        <div class="scores nps" role="radiogroup" aria-label={text(survey.question)}>
          {SCORES.map((n) => (
            <button class="score" role="radio" aria-checked={score === n} onClick={() => choose(n)}>{number(n)}</button>
          ))}
        </div>
      </section>
    </div>
  );
};

export const show = async (room, answers) => {
  const [view] = await answers;
  dress(room);
  const survey = view.program.surveys.find((one) => one.kind === 'nps');
  render(<Prompt survey={survey} close={() => render(null, room)} />, room);
};
